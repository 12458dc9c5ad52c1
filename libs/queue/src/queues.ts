import { DatabaseMistake } from '@bliro/database';
import type { JobsOptions, Queue } from 'bullmq';
import { setTimeout as delay } from 'node:timers/promises';
import type { Backend } from './backend.js';
import { QueueUnavailable, within } from './bounded.js';
import type { QueueConfig } from './config.js';
import { seldom } from './logger.js';
import type { QueueLogger } from './logger.js';
import { policies } from './policy.js';
import type { QueueData, QueueName } from './policy.js';
import { postgresBackend } from './postgres.js';
import { redisBackend } from './redis.js';
import { setAside } from './refusal.js';
import { startWorker } from './worker.js';
import type { Handler, QueueWorker } from './worker.js';

const CLOSE_GRACE_MS = 500;
const sendMs = 2000;
const batch = 1000;
// While the server hangs, wake-ups beyond these are dropped: the sweep finds their lanes.
const mostOnTheWay = 10_000;

export interface Queues {
  /** Wakes lanes, once for each lane and fence. Returns at once and never throws: a wake-up that is lost is sent again by the sweep. */
  wakeLanes(lanes: readonly { laneId: string; fence: string }[]): void;
  /** Sends one message. Throws `QueueUnavailable` when the server doesn't answer within two seconds. */
  send<Q extends QueueName>(queue: Q, data: QueueData[Q], o?: { id?: string }): Promise<void>;
  work<Q extends QueueName>(queue: Q, handle: Handler<Q>, o: { concurrency: number }): QueueWorker;
  /** Closes the workers (each within the grace and a second), then the connections. Who wants to wait longer for a worker closes it first. */
  close(graceMs?: number): Promise<void>;
}

/**
 * Opens the queues. A server that is away is no error: it is tried again until it is there, and everything works from then on.
 * Throws `DatabaseMistake` where the PostgreSQL address is a transaction pooler.
 */
export async function openQueues(config: QueueConfig, logger: QueueLogger): Promise<Queues> {
  const backend = 'redis' in config ? redisBackend(config, logger) : postgresBackend(config);
  const queues = new OpenQueues(backend, logger);
  await queues.prepareOnce();
  return queues;
}

class OpenQueues implements Queues {
  private readonly workers: QueueWorker[] = [];
  private readonly queues = new Map<string, Queue>();
  private readonly complain: QueueLogger['warn'];
  private readonly closing = new AbortController();
  private prepared: Promise<void> = Promise.resolve();
  private onTheWay = 0;

  constructor(
    private readonly backend: Backend,
    private readonly logger: QueueLogger,
  ) {
    this.complain = seldom((fields, message) => {
      logger.warn(fields, message);
    });
  }

  async prepareOnce(): Promise<void> {
    try {
      await this.backend.prepare();
    } catch (error) {
      if (error instanceof DatabaseMistake) throw error;
      this.prepared = this.prepareLater(error);
      this.prepared.catch(() => undefined);
    }
  }

  wakeLanes(lanes: readonly { laneId: string; fence: string }[]): void {
    for (let at = 0; at < lanes.length; at += batch) void this.wakeBatch(lanes.slice(at, at + batch));
  }

  async send<Q extends QueueName>(queue: Q, data: QueueData[Q], o: { id?: string } = {}): Promise<void> {
    const { message } = policies[queue];
    const options: JobsOptions = o.id === undefined ? message : { ...message, jobId: o.id };
    await within(
      sendMs,
      'sending a message',
      this.prepared.then(() => this.open(queue)).then((q) => q.add(queue, data, options)),
    );
  }

  work<Q extends QueueName>(queue: Q, handle: Handler<Q>, o: { concurrency: number }): QueueWorker {
    const { backend, logger } = this;
    const refuse = (data: unknown, reason: string): Promise<void> => this.refuse(queue, data, reason);
    const worker = startWorker({ backend, queue, handle, concurrency: o.concurrency, logger, refuse }, this.prepared);
    this.workers.push(worker);
    return worker;
  }

  async close(graceMs = CLOSE_GRACE_MS): Promise<void> {
    this.closing.abort();
    await Promise.all(this.workers.map((worker) => worker.close(graceMs)));
    const closed = Promise.allSettled([...this.queues.values()].map((queue) => queue.close()));
    await within(1000, 'closing the queues', closed).catch(() => undefined);
    this.backend.drop();
  }

  private async prepareLater(error: unknown): Promise<void> {
    for (let last = error; last !== undefined;) {
      this.complain({ err: last }, 'the queue can not be reached yet');
      await delay(1000, undefined, { signal: this.closing.signal });
      last = await this.backend.prepare().catch((again: unknown) => again);
    }
  }

  private async wakeBatch(lanes: readonly { laneId: string; fence: string }[]): Promise<void> {
    if (this.onTheWay + lanes.length > mostOnTheWay) return;
    this.onTheWay += lanes.length;
    const { message } = policies['crm-lanes'];
    const messages = lanes.map(({ laneId, fence }) => ({
      name: 'wake',
      data: { laneId },
      // No id of its own: a message with a known id is dropped even while the one before it is at work.
      opts: { ...message, deduplication: { id: `${laneId}.${fence}`, keepLastIfActive: true } },
    }));
    const sent = this.prepared.then(() => this.open('crm-lanes')).then((queue) => queue.addBulk(messages));
    void sent.catch(() => undefined).finally(() => (this.onTheWay -= lanes.length));
    await within(sendMs, 'waking lanes', sent).catch((error: unknown) => {
      this.complain({ err: error, lanes: lanes.length }, 'wake-ups could not be sent: the sweep sends them again');
    });
  }

  private async refuse(queue: QueueName, data: unknown, reason: string): Promise<void> {
    const { refusals } = policies[queue];
    if (refusals === undefined) {
      this.logger.error({ alarm: 'queue_message_refused', queue, reason }, 'a message of the queue was refused');
      return;
    }
    await within(
      sendMs,
      'putting a message aside',
      setAside(await this.open(refusals), { queue, data, reason, logger: this.logger }),
    );
  }

  private async open(name: string): Promise<Queue> {
    if (this.closing.signal.aborted) throw new QueueUnavailable('The queues are closed.');
    const known = this.queues.get(name);
    if (known) return known;
    const queue = this.backend.queue(name);
    queue.on('error', (error) => {
      this.complain({ err: error, queue: name }, 'a queue has trouble with its server');
    });
    this.queues.set(name, queue);
    // A queue whose first connection was lost half-way never recovers: the next caller gets a new one.
    queue.waitUntilReady().catch(() => {
      this.queues.delete(name);
      void queue.close().catch(() => undefined);
    });
    return queue;
  }
}
