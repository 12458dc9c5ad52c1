import { importJWK, SignJWT, type CryptoKey, type JSONWebKeySet } from 'jose';
import { randomUUID } from 'node:crypto';
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
export async function createSigner(keyFileContent: string, issuer: string): Promise<Signer> {
  const { d, ...parts } = parsePrivateKey(keyFileContent);
  const key = await importKey({ ...parts, d });
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

async function importKey(jwk: object): Promise<CryptoKey> {
  try {
    return await importJWK(jwk as never, ALGORITHM);
  } catch {
    throw new InvalidSigningKey();
  }
}
