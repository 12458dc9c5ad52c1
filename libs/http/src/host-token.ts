import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload, type RemoteJWKSet } from 'jose';
import { z } from 'zod';
import { Problem } from './problem.js';

export const roles = ['admin', 'user', 'pipeline'] as const;
export type Role = (typeof roles)[number];

export interface Caller {
  organization: string;
  userId: string;
  roles: Role[];
  /** The token as it came; not enumerable, so that it gets into no log line or message by accident. */
  token: string;
}

export interface HostTokenOptions {
  issuer: string;
  audience: string;
  jwksUrl: string;
}

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const LONGEST_LIFE_SECONDS = 3600;
const SKEW_SECONDS = 60;
const REFETCH_AFTER_MS = 2_000;
const FETCH_TIMEOUT_MS = 3_000;

const claimsSchema = z.object({
  org: z.string().min(1).max(200),
  sub: z.string().min(1).max(200),
  exp: z.number(),
  roles: z.array(z.string()).transform((given) => roles.filter((role) => given.includes(role))),
});

/** Checks the host product's JWTs against its JWKS. */
export class HostTokens {
  private readonly keys: RemoteJWKSet;

  constructor(private readonly options: HostTokenOptions) {
    this.keys = createRemoteJWKSet(new URL(options.jwksUrl), {
      cooldownDuration: REFETCH_AFTER_MS,
      timeoutDuration: FETCH_TIMEOUT_MS,
      [customFetch]: fetchKeys,
    });
  }

  /** @throws Problem unauthenticated or host_keys_unavailable */
  async callerOf(token: string): Promise<Caller> {
    const payload = await this.verified(token);
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) throw refused('The token lacks a claim (exp, sub, org, roles) or one has a wrong form.');
    const { org, sub, exp, roles: granted } = claims.data;
    const now = Date.now() / 1000;
    if (exp <= now) throw refused('The token is expired. Get a new one.');
    if (exp > now + LONGEST_LIFE_SECONDS + SKEW_SECONDS) throw refused('The token is valid for longer than an hour.');
    if (granted.length === 0) throw refused('The token has none of the roles admin, user and pipeline.');
    if (granted.includes('pipeline') && granted.length > 1) throw refused('The role pipeline excludes the others.');
    const caller = { organization: org, userId: sub, roles: granted };
    return Object.defineProperty(caller, 'token', { value: token, enumerable: false }) as Caller;
  }

  private async verified(token: string): Promise<JWTPayload> {
    const { issuer, audience } = this.options;
    const expected = { issuer, audience, algorithms: ALGORITHMS, clockTolerance: SKEW_SECONDS };
    try {
      return (await jwtVerify(token, this.keys, expected)).payload;
    } catch (error) {
      if (keysAreMissing(error)) throw new Problem('host_keys_unavailable', { retryAfterSeconds: 2 });
      throw refused();
    }
  }
}

class KeysUnreachable extends Error {}

async function fetchKeys(url: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url, options);
  } catch (error) {
    throw new KeysUnreachable('the keys of the host product are out of reach', { cause: error });
  }
}

/** The set could not be had, as opposed to a token that it doesn't verify. */
function keysAreMissing(error: unknown): boolean {
  return (
    error instanceof KeysUnreachable ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC')
  );
}

export function refused(detail?: string): Problem {
  const challenge = detail === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
  return new Problem('unauthenticated', {
    ...(detail === undefined ? {} : { detail }),
    headers: { 'www-authenticate': challenge },
  });
}
