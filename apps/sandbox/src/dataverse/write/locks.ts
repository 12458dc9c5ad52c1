import { DataverseFailure } from '../failure.js';

/** Who holds locks: one transaction. */
export interface Holder {
  waitsFor?: Holder | undefined;
}

interface Waiter {
  holder: Holder;
  go: () => void;
}

/** Locks on rows, also on rows that are only about to exist. The second of two writers waits for the first to end. */
export class Locks {
  private readonly held = new Map<string, Holder>();
  private readonly queues = new Map<string, Waiter[]>();

  /** Whether the lock was free, or this holder's already. */
  tryAcquire(key: string, holder: Holder): boolean {
    const owner = this.held.get(key);
    if (owner === undefined) this.held.set(key, holder);
    return owner === undefined || owner === holder;
  }

  /**
   * Waits until the lock is this holder's.
   * @throws DataverseFailure where both would wait for each other: the last to come is the victim, as of SQL Server
   */
  async acquire(key: string, holder: Holder): Promise<void> {
    const owner = this.held.get(key);
    if (this.tryAcquire(key, holder)) return;
    for (let next = owner; next; next = next.waitsFor) if (next === holder) throw deadlock();
    holder.waitsFor = owner;
    await new Promise<void>((go) => {
      const queue = this.queues.get(key) ?? [];
      queue.push({ holder, go });
      this.queues.set(key, queue);
    });
    holder.waitsFor = undefined;
  }

  release(key: string, holder: Holder): void {
    if (this.held.get(key) !== holder) return;
    const queue = this.queues.get(key);
    const next = queue?.shift();
    if (queue?.length === 0) this.queues.delete(key);
    if (!next) {
      this.held.delete(key);
      return;
    }
    this.held.set(key, next.holder);
    for (const waiter of queue ?? []) waiter.holder.waitsFor = next.holder;
    next.go();
  }
}

/** The documentation gives the code; that it comes with 500 is a guess. */
function deadlock(): DataverseFailure {
  return new DataverseFailure(
    500,
    '0x80044150',
    'Generic SQL error. Transaction was deadlocked on lock resources with another process and has been chosen as the deadlock victim (1205).',
  );
}
