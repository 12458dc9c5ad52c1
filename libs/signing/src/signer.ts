import { SignJWT, type JSONWebKeySet } from 'jose';
import { createPrivateKey, createPublicKey, randomUUID, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { ALGORITHM, privateKeySchema } from './signing-key.js';

export interface SignOptions {
  /** The kind of statement, in the protected header; a verifier accepts one kind. */
  typ: string;
  audience: string;
  expiresInSeconds: number;
}

export interface Signer {
  issuer: string;
  kid: string;
  /** The public key alone. */
  jwks(): JSONWebKeySet;
  /** Adds iss, aud, iat, exp and a jti where the claims have none. */
  sign(claims: Record<string, unknown>, options: SignOptions): Promise<string>;
}

/** @throws InvalidSigningKey, which says nothing of the content */
export function createSigner(keyFileContent: string, issuer: string): Signer {
  const { d, ...parts } = parsePrivateKey(keyFileContent);
  const key = importKey({ ...parts, d });
  const { kid } = parts;
  return {
    issuer,
    kid,
    jwks: () => ({ keys: [{ ...parts, alg: ALGORITHM, use: 'sig' }] }),
    sign: (claims, { typ, audience, expiresInSeconds }) => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ jti: randomUUID(), ...claims })
        .setProtectedHeader({ alg: ALGORITHM, kid, typ })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(now)
        .setExpirationTime(now + expiresInSeconds)
        .sign(key);
    },
  };
}

/** For a configuration's key file: its content as a signer, or what is wrong with it as that field's mistake. */
export function signerOf(issuer: string) {
  return (keyFileContent: string, ctx: z.core.$RefinementCtx): Signer => {
    try {
      return createSigner(keyFileContent, issuer);
    } catch (error) {
      if (!(error instanceof InvalidSigningKey)) throw error;
      ctx.addIssue(error.message);
      return z.NEVER;
    }
  };
}

export class InvalidSigningKey extends Error {
  override readonly name = 'InvalidSigningKey';

  constructor() {
    super('The signing key is not a private Ed25519 JWK with a kid.');
  }
}

function parsePrivateKey(content: string) {
  try {
    return privateKeySchema.parse(JSON.parse(content));
  } catch {
    // The cause would quote the key.
    throw new InvalidSigningKey();
  }
}

function importKey(jwk: Record<string, unknown>): KeyObject {
  try {
    const key = createPrivateKey({ key: jwk, format: 'jwk' });
    // Node takes a public part that is another key's.
    if (createPublicKey(key).export({ format: 'jwk' }).x === jwk['x']) return key;
  } catch {
    // The cause may quote the key.
  }
  throw new InvalidSigningKey();
}
