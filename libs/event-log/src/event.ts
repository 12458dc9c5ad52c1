/** A fact, in the words of the service that states it. `data` holds ids and states, never a secret or what people wrote. */
export interface NewEvent {
  /** UUID; a new one where none is given. */
  id?: string;
  organization: string;
  type: string;
  subject: string;
  /** Whole number that grows with each change of the subject. */
  subjectVersion: number;
  correlationId?: string;
  data: Record<string, unknown>;
}

export interface StoredEvent extends NewEvent {
  id: string;
  /** RFC 3339, UTC. */
  at: string;
}
