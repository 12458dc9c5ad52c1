import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT } from 'jose';

/** A signed statement that says the same as this one, under the same key id, and that somebody else has signed. */
export async function forged(token: string): Promise<string> {
  const { alg = '', kid = '', typ = 'JWT' } = decodeProtectedHeader(token);
  const { privateKey } = await generateKeyPair(alg);
  return new SignJWT(decodeJwt(token)).setProtectedHeader({ alg, kid, typ }).sign(privateKey);
}
