import { CompactEncrypt, compactDecrypt } from 'jose';
import { CiphertextRefused } from './key-ring.js';

/** A compact JWE (`dir`, `A256GCM`); what stands in the header is authenticated with the content. */
export function encrypt(content: Uint8Array, key: Uint8Array, header: Record<string, unknown>): Promise<string> {
  return new CompactEncrypt(content).setProtectedHeader({ alg: 'dir', enc: 'A256GCM', ...header }).encrypt(key);
}

/** @throws CiphertextRefused for one that another key made, that was changed, or whose header is not `expected` */
export async function decrypt(
  jwe: string,
  key: Uint8Array,
  expected: Record<string, unknown>,
  what: string,
): Promise<Uint8Array> {
  const { plaintext, protectedHeader } = await compactDecrypt(jwe, key, {
    keyManagementAlgorithms: ['dir'],
    contentEncryptionAlgorithms: ['A256GCM'],
  }).catch(() => {
    throw new CiphertextRefused(what);
  });
  const matches = Object.entries(expected).every(([name, value]) => protectedHeader[name] === value);
  if (!matches) throw new CiphertextRefused(what);
  return plaintext;
}
