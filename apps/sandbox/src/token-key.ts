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

/** A key pair that lives as long as this process: signs JWTs, and knows its own again. */
export class TokenKey {
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

  /** The claims of a token that this key signed and that hasn't expired. */
  async verify(token: string): Promise<JWTPayload | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.publicKey, { algorithms: [this.algorithm] });
      return payload;
    } catch {
      return undefined;
    }
  }
}
