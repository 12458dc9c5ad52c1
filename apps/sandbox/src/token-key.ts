import {
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
  type CryptoKey,
  type JSONWebKeySet,
  type JWTPayload,
} from 'jose';
import { randomUUID } from 'node:crypto';

const MOST_VERIFIED = 10_000;

/** A key pair that lives as long as this process: signs JWTs, and knows its own again. */
export class TokenKey {
  private readonly verified = new Map<string, JWTPayload>();

  private constructor(
    private readonly algorithm: 'RS256' | 'ES256' | 'EdDSA',
    private readonly privateKey: CryptoKey,
    private readonly publicKey: CryptoKey,
    readonly jwks: JSONWebKeySet,
    private readonly kid: string,
  ) {}

  static async generate(algorithm: 'RS256' | 'ES256' | 'EdDSA'): Promise<TokenKey> {
    const { privateKey, publicKey } = await generateKeyPair(algorithm);
    const kid = randomUUID();
    const jwk = { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: algorithm };
    return new TokenKey(algorithm, privateKey, publicKey, { keys: [jwk] }, kid);
  }

  sign(claims: JWTPayload, typ = 'JWT'): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: this.algorithm, typ, kid: this.kid }).sign(this.privateKey);
  }

  /** The claims of a token that this key signed and that hasn't expired. A signature that was seen isn't checked again. */
  async verify(token: string): Promise<JWTPayload | undefined> {
    const seen = this.verified.get(token);
    if (seen?.exp !== undefined && seen.exp > Date.now() / 1000) return seen;
    try {
      const { payload } = await jwtVerify(token, this.publicKey, { algorithms: [this.algorithm] });
      if (this.verified.size >= MOST_VERIFIED) this.verified.clear();
      this.verified.set(token, payload);
      return payload;
    } catch {
      return undefined;
    }
  }
}
