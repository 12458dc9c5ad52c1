export type Target = 'entra' | 'discovery' | 'dataverse';

/** One request that the sandbox saw, from its arrival on; never a secret. */
export interface JournalEntry {
  seq: number;
  at: string;
  target: Target;
  user?: string;
  environment?: string;
  method: string;
  path: string;
  query?: string;
  headers: string[];
  /** 0 until it is known, and for a request that gets no answer. */
  status: number;
  /** Whether it changed anything, also when the answer never arrived. */
  committed: boolean;
  scope?: string;
  grantType?: string;
}

const KEPT = 200_000;

/** Values of these parameters are no secret; of any other of Entra's only the name is shown. */
const harmless = new Set([
  'api-version',
  'claims',
  'client_id',
  'client_info',
  'client-request-id',
  'code_challenge_method',
  'domain_hint',
  'prompt',
  'redirect_uri',
  'response_mode',
  'response_type',
  'scope',
]);

export class Journal {
  private entries: JournalEntry[] = [];
  private lastSeq = 0;

  /** Adds an entry at once; its status and effect are filled in when they are known. */
  add(seen: Omit<JournalEntry, 'seq' | 'at' | 'status' | 'committed'>): JournalEntry {
    const entry = { seq: ++this.lastSeq, at: new Date().toISOString(), ...seen, status: 0, committed: false };
    this.entries.push(entry);
    if (this.entries.length > KEPT * 1.1) this.entries = this.entries.slice(-KEPT);
    return entry;
  }

  list(since: number, target?: Target): JournalEntry[] {
    return this.entries.filter((entry) => entry.seq > since && (target === undefined || entry.target === target));
  }

  clear(): void {
    this.entries = [];
  }
}

/** A query string for the journal. */
export function shownQuery(target: Target, query: string): string | undefined {
  if (query === '') return undefined;
  if (target !== 'entra') return query;
  const pairs = [...new URLSearchParams(query)].map(([name, value]) =>
    harmless.has(name) ? `${name}=${encodeURIComponent(value)}` : `${encodeURIComponent(name)}=…`,
  );
  return pairs.join('&');
}
