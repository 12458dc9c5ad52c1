export type Target = 'entra' | 'discovery' | 'dataverse';

export interface Environment {
  id: string;
  tenantId: string;
  name: string;
  url: string;
  apiUrl: string;
  type: string;
}

/** Who and what there is in the sandbox, as `GET /control/info` says it. */
export interface Info {
  discoveryUrl: string;
  tenants: { id: string; name: string; userConsent: boolean; adminUpn: string }[];
  users: { upn: string; tenantId: string; environments: string[] }[];
  environments: Environment[];
  /** An application that is registered for whoever wants to try the sandbox by hand. */
  testClient: { clientId: string; clientSecret: string; redirectUri: string; authority: string };
  /** Texts of which each secret that the sandbox gives out has one in it. */
  secretMarkers: string[];
}

/** One request that the sandbox saw. */
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

/** A record of Dynamics, its columns by their logical names. */
export type Row = Record<string, unknown>;

/** What goes wrong, with which requests, and how often (always, where `times` isn't given). */
export interface Fault {
  target: Target;
  match?: { method?: string; path?: string; user?: string; environment?: string };
  effect: { kind: string; ms?: number; status?: number; code?: string; retryAfter?: number };
  times?: number;
  probability?: number;
}

/** Whom the host product's token speaks for. */
export interface Session {
  organization: string;
  user: string;
  roles: string[];
  /** Up to 3600, which is the default; negative for a token that has expired already. */
  expiresInSeconds?: number;
  audience?: string;
}

/** What the meeting pipeline signs for the queue `crm-jobs`. */
export interface JobMessage {
  organization: string;
  idempotencyKey: string;
  job: unknown;
  /** How long ago it was signed. */
  ageSeconds?: number;
}
