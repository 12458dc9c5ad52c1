import { base64url } from 'jose';
import { z } from 'zod';
import { decrypt, encrypt } from './direct-jwe.js';
import { type DataKeyPlace, type KeyRing, type WrappedKey, WrappingKeyMissing } from './key-ring.js';

const keyId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

/** Content of a key ring file. `activatedAt`: since when the active key is that. */
export const keyRingForm = z.strictObject({
  active: keyId,
  activatedAt: z.iso.datetime().optional(),
  keys: z.record(keyId, z.string().regex(/^[A-Za-z0-9_-]{43}$/)),
});
export type KeyRingContent = z.output<typeof keyRingForm>;

/** The content, or the reason why it is no key ring; the reason holds no key. */
export function parseKeyRing(text: string): { content: KeyRingContent } | { mistake: string } {
  const parsed = keyRingForm.safeParse(jsonOf(text));
  if (!parsed.success) return { mistake: 'expected {"active": key id, "keys": {key id: 32 bytes as base64url}}' };
  const { active, keys } = parsed.data;
  if (keys[active] === undefined) return { mistake: `the active key "${active}" is not among the keys` };
  return { content: parsed.data };
}

const LOOK_AGAIN_MS = 1_000;

/** The key ring of a file, which may be replaced while the process runs: an unknown key makes it look at once. */
export class FileKeyRing implements KeyRing {
  #content: KeyRingContent;
  #lookedAt: number;

  /** @throws Error where the file is no key ring at the start; later such a file is left alone and the last good one goes on */
  constructor(
    private readonly read: () => string,
    private readonly lookAgainMs = LOOK_AGAIN_MS,
  ) {
    const parsed = parseKeyRing(read());
    if ('mistake' in parsed) throw new Error(`The key ring can't be used: ${parsed.mistake}.`);
    this.#content = parsed.content;
    this.#lookedAt = Date.now();
  }

  async active(): Promise<string> {
    this.look(this.lookAgainMs);
    return this.#content.active;
  }

  async wrap(dataKey: Uint8Array, place: DataKeyPlace): Promise<WrappedKey> {
    const wrappingKeyId = await this.active();
    const wrapped = await encrypt(dataKey, this.key(wrappingKeyId), { kid: wrappingKeyId, ...place });
    return { wrappingKeyId, wrapped };
  }

  async unwrap({ wrappingKeyId, wrapped }: WrappedKey, place: DataKeyPlace): Promise<Uint8Array> {
    return decrypt(wrapped, this.key(wrappingKeyId), { kid: wrappingKeyId, ...place }, 'A data key');
  }

  private key(id: string): Uint8Array {
    if (this.#content.keys[id] === undefined) this.look(0);
    const key = this.#content.keys[id];
    if (key === undefined) throw new WrappingKeyMissing(id);
    return base64url.decode(key);
  }

  private look(after: number): void {
    if (Date.now() - this.#lookedAt < after) return;
    this.#lookedAt = Date.now();
    const parsed = parseKeyRing(this.read());
    if ('content' in parsed) this.#content = parsed.content;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
