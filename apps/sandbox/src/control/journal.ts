import { withoutSecrets } from '../markers.js';

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
const LONGEST = 4_000;

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
    const at = new Date().toISOString();
    const entry = { seq: ++this.lastSeq, at, ...seen, path: shown(seen.path), status: 0, committed: false };
    this.entries.push(entry);
    if (this.entries.length > KEPT * 1.1) this.entries = this.entries.slice(-KEPT);
    return entry;
  }

  list(since: number, target?: Target): JournalEntry[] {
    // Numbers have no gaps, so the first entry's tells where to begin.
    const skipped = Math.max(0, since + 1 - (this.entries[0]?.seq ?? 0));
    return this.entries.slice(skipped).filter((entry) => target === undefined || entry.target === target);
  }

  clear(): void {
    this.entries = [];
  }
}

/** What a client sent, fit to be kept. */
export function shown(text: string): string {
  return withoutSecrets(text.slice(0, LONGEST));
}

/** A query string for the journal. */
export function shownQuery(target: Target, query: string): string | undefined {
  if (query === '') return undefined;
  if (target !== 'entra') return shown(query);
  const pairs = [...new URLSearchParams(query)].map(([name, value]) =>
    harmless.has(name) ? `${name}=${encodeURIComponent(value)}` : `${encodeURIComponent(name)}=…`,
  );
  return shown(pairs.join('&'));
}
