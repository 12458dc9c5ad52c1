import { exportJWK, generateKeyPair } from 'jose';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';

export const ALGORITHM = 'EdDSA';

const base64url = z.string().regex(/^[\w-]{43}$/);

export const privateKeySchema = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  kid: z.string().min(1).max(100),
  x: base64url,
  d: base64url,
});

/** A new Ed25519 key as private JWK (JSON) with a random `kid`: what a key file holds. */
export async function generateSigningKey(): Promise<string> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
  return JSON.stringify({ ...(await exportJWK(privateKey)), kid: randomUUID(), alg: ALGORITHM, use: 'sig' });
}
