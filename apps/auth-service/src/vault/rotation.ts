import type { RotatableKeyRing } from './key-ring.js';
import type { KeyStore } from './key-store.js';
import { rewrapAll } from './rewrap.js';

/** Longer than any process goes on with the active key that it knew, and than any token that it is storing takes. */
const SETTLED_MS = 600_000;

export class KeyInUse extends Error {
  override readonly name = 'KeyInUse';
}

/** What an operator does with the keys that wrap data keys. Says what happens, never a key's value. */
export class Rotation {
  constructor(
    private readonly ring: RotatableKeyRing,
    private readonly store: KeyStore,
    private readonly say: (line: string) => void,
  ) {}

  /** Makes a new key the active one and wraps everything anew with it; or finishes that where an earlier run was interrupted. */
  async rotate(signal?: AbortSignal): Promise<void> {
    const active = await this.ring.active();
    const left = await this.left(active);
    if (left > 0) {
      this.say(`An earlier rotation to ${active} goes on.`);
    } else {
      this.say(`${await this.ring.addActive()} is the active key now.`);
    }
    await this.rewrap(signal);
    await this.status();
  }

  async rewrap(signal?: AbortSignal): Promise<void> {
    const active = await this.ring.active();
    const all = await this.left(active);
    const { done, refused } = await rewrapAll(
      this.store,
      this.ring,
      (progress) => this.say(`wrapped anew: ${progress.done} of ${all}`),
      signal,
    );
    for (const id of refused)
      this.say(`ALARM: the data key ${id} does not unwrap where it stands. It was left as it is.`);
    if (signal?.aborted === true) this.say(`Stopped after ${done}. The same command goes on from there.`);
  }

  async status(): Promise<void> {
    const active = await this.ring.active();
    const counted = await this.store.countByWrappingKey();
    const ids = new Set([...(await this.ring.ids()), ...counted.keys()]);
    for (const id of ids) {
      const count = counted.get(id) ?? 0;
      const role = id === active ? 'active' : count === 0 ? 'can be retired' : 'still needed';
      this.say(`${id}: ${count} data keys, ${role}`);
    }
  }

  /** @throws KeyInUse */
  async retire(id: string): Promise<void> {
    if (id === (await this.ring.active())) throw new KeyInUse(`${id} is the active key.`);
    if (!(await this.ring.ids()).includes(id)) throw new KeyInUse(`The key ring has no key ${id}.`);
    const count = (await this.store.countByWrappingKey()).get(id) ?? 0;
    if (count > 0) throw new KeyInUse(`${count} data keys still depend on ${id}. Run rotate first.`);
    const since = await this.ring.activeSince();
    if (since !== undefined && since.getTime() > Date.now() - SETTLED_MS) {
      throw new KeyInUse(
        'The active key is younger than ten minutes: a process may still wrap with the one before it.',
      );
    }
    await this.ring.retire(id);
    this.say(`${id} is retired.`);
  }

  private async left(active: string): Promise<number> {
    const counted = await this.store.countByWrappingKey();
    return [...counted].reduce((sum, [id, count]) => (id === active ? sum : sum + count), 0);
  }
}
