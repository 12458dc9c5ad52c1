import { type JSONWebKeySet } from 'jose';
import { z } from 'zod';

const FETCH_TIMEOUT_MS = 3_000;

const jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** The public keys that an issuer publishes as a JWKS under an address. */
export function keysAt(url: string): () => Promise<JSONWebKeySet> {
  return async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS), redirect: 'error' });
    if (!response.ok) throw new Error(`the keys at ${url} were answered with ${response.status}`);
    return jwks.parse(await response.json());
  };
}

/** The public keys that one of our services answers with. */
export function keysOf(service: {
  keys(request: Record<string, never>): Promise<{ jwksJson: string }>;
}): () => Promise<JSONWebKeySet> {
  return async () => jwks.parse(JSON.parse((await service.keys({})).jwksJson));
}
