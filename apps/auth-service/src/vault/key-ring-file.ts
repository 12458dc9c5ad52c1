import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { FileKeyRing, type KeyRingContent, parseKeyRing } from './file-key-ring.js';
import type { RotatableKeyRing } from './key-ring.js';

/** A key ring file that an operator may change. Each change replaces the file whole, and only its owner may read it. */
export class KeyRingFile extends FileKeyRing implements RotatableKeyRing {
  constructor(private readonly path: string) {
    super(() => readFileSync(path, 'utf8'), 0);
  }

  async addActive(): Promise<string> {
    const { keys } = this.content();
    const id = `k${new Date().toISOString().slice(0, 10).replaceAll('-', '')}-${randomBytes(4).toString('hex')}`;
    const key = randomBytes(32).toString('base64url');
    this.write({ active: id, activatedAt: new Date().toISOString(), keys: { ...keys, [id]: key } });
    return id;
  }

  async activeSince(): Promise<Date | undefined> {
    const { activatedAt } = this.content();
    return activatedAt === undefined ? undefined : new Date(activatedAt);
  }

  async ids(): Promise<string[]> {
    return Object.keys(this.content().keys);
  }

  async retire(id: string): Promise<void> {
    const { keys, ...rest } = this.content();
    const kept = Object.entries(keys).filter(([other]) => other !== id);
    this.write({ ...rest, keys: Object.fromEntries(kept) });
  }

  private content(): KeyRingContent {
    const parsed = parseKeyRing(readFileSync(this.path, 'utf8'));
    if ('mistake' in parsed) throw new Error(`The key ring can't be used: ${parsed.mistake}.`);
    return parsed.content;
  }

  private write(content: KeyRingContent): void {
    const next = `${this.path}.next`;
    writeFileSync(next, JSON.stringify(content), { mode: 0o600 });
    renameSync(next, this.path);
  }
}
