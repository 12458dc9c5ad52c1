import { randomUUID } from 'node:crypto';

interface Details {
  suberror?: string;
  claims?: string;
  /** 401 for a client that can't prove itself. */
  status?: number;
}

/** An error as Entra words it: an OAuth code, and an AADSTS number with a sentence. */
export class EntraFailure extends Error {
  override readonly name = 'EntraFailure';
  readonly traceId = randomUUID();
  readonly correlationId = randomUUID();
  readonly at = new Date();

  constructor(
    readonly oauthError: string,
    readonly number: number,
    readonly sentence: string,
    readonly details: Details = {},
  ) {
    super(`AADSTS${number}: ${sentence}`);
  }

  get status(): number {
    return this.details.status ?? 400;
  }

  /** `YYYY-MM-DD HH:MM:SSZ`, as Entra prints it. */
  get timestamp(): string {
    return `${this.at.toISOString().slice(0, 19).replace('T', ' ')}Z`;
  }

  get description(): string {
    return (
      `${this.message} Trace ID: ${this.traceId} Correlation ID: ${this.correlationId} ` +
      `Timestamp: ${this.timestamp}`
    );
  }

  /** What the token endpoint answers. */
  body(): Record<string, unknown> {
    const { suberror, claims } = this.details;
    return {
      error: this.oauthError,
      error_description: this.description,
      error_codes: [this.number],
      timestamp: this.timestamp,
      trace_id: this.traceId,
      correlation_id: this.correlationId,
      error_uri: `https://login.microsoftonline.com/error?code=${this.number}`,
      ...(suberror === undefined ? {} : { suberror }),
      ...(claims === undefined ? {} : { claims }),
    };
  }
}

export function missingParameter(name: string): EntraFailure {
  const sentence = `The request body must contain the following parameter: '${name}'.`;
  return new EntraFailure('invalid_request', 900144, sentence);
}

export function unknownTenant(segment: string): EntraFailure {
  const sentence = `Tenant '${segment.slice(0, 100)}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`;
  return new EntraFailure('invalid_request', 90002, sentence);
}

export function unknownClient(clientId: string, segment: string): EntraFailure {
  const sentence = `Application with identifier '${clientId.slice(0, 100)}' was not found in the directory '${segment.slice(0, 100)}'.`;
  return new EntraFailure('unauthorized_client', 700016, sentence);
}

export function consentRequired(clientId: string, clientName: string): EntraFailure {
  const sentence = `The user or administrator has not consented to use the application with ID '${clientId}' named '${clientName}'. Send an interactive authorization request for this user and resource.`;
  return new EntraFailure('invalid_grant', 65001, sentence, { suberror: 'consent_required' });
}

export function declined(): EntraFailure {
  return new EntraFailure('access_denied', 65004, 'User declined to consent to access the app.');
}
