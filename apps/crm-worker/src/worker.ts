import { setTimeout as delay } from 'node:timers/promises';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { Queues, QueueWorker } from '@bliro/queue';
import type { LaneRunner } from './lane/lane-runner.js';
import type { Membership } from './lane/membership.js';
import type { Sweep } from './lane/sweep.js';

/** How long calls that run may still take when the process stops. */
const CALLS_GRACE_MS = 6_000;
/** A queue whose server is away would let us wait for its whole grace. */
const QUEUE_GRACE_MS = 500;

/** The process's work from its start to its end, in the order in which both go. */
export class Worker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #messages: QueueWorker | undefined;

  constructor(
    private readonly membership: Membership,
    private readonly runner: LaneRunner,
    private readonly sweep: Sweep,
    private readonly queues: Queues,
    private readonly concurrency: number,
  ) {}

  onApplicationBootstrap(): void {
    const { concurrency } = this;
    this.#messages = this.queues.work('crm-lanes', ({ laneId }) => this.runner.run(laneId), { concurrency });
    this.sweep.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sweep.stop();
    // Takes no further message.
    const closed = this.#messages?.close(CALLS_GRACE_MS + 1_000);
    await this.runner.stop(CALLS_GRACE_MS);
    await Promise.race([closed, delay(QUEUE_GRACE_MS, undefined, { ref: false })]);
    await this.membership.leave();
  }
}
