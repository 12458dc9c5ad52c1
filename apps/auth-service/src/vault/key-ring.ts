import { base64url, CompactEncrypt, compactDecrypt } from 'jose';
import { z } from 'zod';

/** Where a wrapped data key belongs; authenticated with it. */
export interface DataKeyPlace {
  dataKeyId: string;
  connectionId: string;
  generation: number;
}

export interface WrappedKey {
  wrappingKeyId: string;
  wrapped: string;
}

/** Wraps data keys. A key vault far away has the same form. */
export interface KeyRing {
  wrap(dataKey: Uint8Array, place: DataKeyPlace): Promise<WrappedKey>;
  /** @throws WrappingKeyMissing, CiphertextRefused */
  unwrap(key: WrappedKey, place: DataKeyPlace): Promise<Uint8Array>;
}

/** Names the key that isn't in the ring, never its value. */
export class WrappingKeyMissing extends Error {
  override readonly name = 'WrappingKeyMissing';
  constructor(readonly wrappingKeyId: string) {
    super(`The key ring has no key "${wrappingKeyId}".`);
  }
}

/** Something stored was changed, or moved to where it doesn't belong. */
export class CiphertextRefused extends Error {
  override readonly name = 'CiphertextRefused';
  constructor(what: string) {
    super(`${what} does not decrypt where it stands.`);
  }
}

const keyId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const ringForm = z.strictObject({
  active: keyId,
  keys: z.record(keyId, z.string().regex(/^[A-Za-z0-9_-]{43}$/)),
});

/** Content of a key ring file, or the reason why it is none; the reason holds no key. */
export function parseKeyRing(content: string): { ring: FileKeyRing } | { mistake: string } {
  const parsed = ringForm.safeParse(jsonOf(content));
  if (!parsed.success) {
    return { mistake: 'expected {"active": key id, "keys": {key id: 32 bytes as base64url}}' };
  }
  const { active, keys } = parsed.data;
  if (keys[active] === undefined) return { mistake: `the active key "${active}" is not among the keys` };
  return {
    ring: new FileKeyRing(active, new Map(Object.entries(keys).map(([id, key]) => [id, base64url.decode(key)]))),
  };
}

export class FileKeyRing implements KeyRing {
  readonly #keys: ReadonlyMap<string, Uint8Array>;

  constructor(
    private readonly active: string,
    keys: ReadonlyMap<string, Uint8Array>,
  ) {
    this.#keys = keys;
  }

  async wrap(dataKey: Uint8Array, place: DataKeyPlace): Promise<WrappedKey> {
    const wrapped = await new CompactEncrypt(dataKey)
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: this.active, ...place })
      .encrypt(this.key(this.active));
    return { wrappingKeyId: this.active, wrapped };
  }

  async unwrap({ wrappingKeyId, wrapped }: WrappedKey, place: DataKeyPlace): Promise<Uint8Array> {
    const { plaintext, header } = await decrypt(wrapped, this.key(wrappingKeyId), 'A data key');
    const matches =
      header['kid'] === wrappingKeyId &&
      header['dataKeyId'] === place.dataKeyId &&
      header['connectionId'] === place.connectionId &&
      header['generation'] === place.generation;
    if (!matches) throw new CiphertextRefused('A data key');
    return plaintext;
  }

  private key(id: string): Uint8Array {
    const key = this.#keys.get(id);
    if (key === undefined) throw new WrappingKeyMissing(id);
    return key;
  }
}

/** Decrypts a compact JWE (`dir`, `A256GCM`). @throws CiphertextRefused */
export async function decrypt(jwe: string, key: Uint8Array, what: string) {
  try {
    const { plaintext, protectedHeader } = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    return { plaintext, header: protectedHeader as Readonly<Record<string, unknown>> };
  } catch {
    throw new CiphertextRefused(what);
  }
}

function jsonOf(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
