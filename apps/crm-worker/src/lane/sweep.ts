import type { Logger } from '@bliro/observe';
import type { Queues } from '@bliro/queue';
import type { Membership } from './membership.js';

const everyMs = 250;
const batch = 1000;

/** Wakes due lanes that nobody runs, four times a second: a wake-up that was lost costs that long, never work. */
export class Sweep {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #failing = false;

  constructor(
    private readonly membership: Membership,
    private readonly queues: Pick<Queues, 'wakeLanes'>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.#timer = setTimeout(() => {
      this.#running = this.#tick().finally(() => {
        if (this.#timer !== undefined) this.start();
      });
    }, everyMs);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#running;
  }

  async #tick(): Promise<void> {
    try {
      await this.membership.join();
      await this.#wakeAll();
      this.#failing = false;
    } catch (error) {
      // Once for each outage, not four times a second.
      if (!this.#failing) this.logger.warn({ err: error }, 'Postgres does not answer; no lane is woken until it does');
      this.#failing = true;
    }
  }

  async #wakeAll(): Promise<void> {
    for (;;) {
      const due = (await this.membership.lanes?.sweep(batch)) ?? [];
      if (due.length > 0) this.queues.wakeLanes(due);
      if (due.length < batch) return;
    }
  }
}
