import { setTimeout as delay } from 'node:timers/promises';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import type { QueueWorker } from '@bliro/queue';
import { LaneRunner } from './lane/lane-runner.js';
import { Membership } from './lane/membership.js';
import { Sweep } from './lane/sweep.js';
import { OpenQueues } from './queues.js';
import { WorkerSettings } from './settings.js';

/** The process's work from its start to its end, in the order in which both go. */
@Injectable()
export class Worker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #messages: QueueWorker | undefined;

  constructor(
    private readonly membership: Membership,
    private readonly runner: LaneRunner,
    private readonly sweep: Sweep,
    private readonly open: OpenQueues,
    private readonly settings: WorkerSettings,
  ) {}

  onApplicationBootstrap(): void {
    const { concurrency } = this.settings;
    this.#messages = this.open.queues.work('crm-lanes', ({ laneId }) => this.runner.run(laneId), { concurrency });
    this.sweep.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sweep.stop();
    const { graceMs } = this.settings;
    // Takes no further message; a queue whose server is away would let us wait for the whole grace.
    const closed = this.#messages?.close(graceMs + 1_000);
    await this.runner.stop(graceMs);
    await Promise.race([closed, delay(500, undefined, { ref: false })]);
    await Promise.all([this.open.queues.close(0), this.membership.leave()]);
  }
}
