import { DelayedError, UnrecoverableError } from 'bullmq';
import type { Job, Worker } from 'bullmq';
import { setTimeout as delay } from 'node:timers/promises';
import type { Backend } from './backend.js';
import { within } from './bounded.js';
import { seldom } from './logger.js';
import type { QueueLogger } from './logger.js';
import { policies } from './policy.js';
import type { QueueData, QueueName, QueueResult } from './policy.js';
import { MessageRefused } from './refusal.js';

export type Handler<Q extends QueueName> = (data: QueueData[Q]) => Promise<QueueResult[Q] | void>;

export interface QueueWorker {
  /** Takes no further message, waits `graceMs` for those at work, and returns a second later at the most. */
  close(graceMs?: number): Promise<void>;
}

interface Room<Q extends QueueName> {
  readonly backend: Backend;
  readonly queue: Q;
  readonly handle: Handler<Q>;
  readonly concurrency: number;
  readonly logger: QueueLogger;
  readonly refuse: (data: unknown, reason: string) => Promise<void>;
}

/** Works on a queue until it is closed, over any absence of its server. */
export function startWorker<Q extends QueueName>(room: Room<Q>, prepared: Promise<void>): QueueWorker {
  const closing = new AbortController();
  let current: Worker | undefined;
  const complain = seldom((fields, message) => {
    room.logger.warn(fields, message);
  });
  const isClosing = (): boolean => closing.signal.aborted;
  const loop = async (): Promise<void> => {
    await prepared;
    while (!isClosing()) {
      current = newWorker(room, complain);
      // run() ends when the worker is closed, and rejects when its first connection was lost half-way.
      await current
        .run()
        .catch((error: unknown) => complain({ err: error, queue: room.queue }, 'a queue worker starts again'));
      if (isClosing()) return;
      await current.close(true).catch(() => undefined);
      await delay(500, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  };
  void loop().catch(() => undefined);
  return {
    close: async (graceMs = 5000) => {
      closing.abort();
      if (current) await closeWorker(current, graceMs);
    },
  };
}

function newWorker<Q extends QueueName>(room: Room<Q>, complain: QueueLogger['warn']): Worker {
  const { data: _data, message: _message, maxStalledCount } = policies[room.queue];
  const worker = room.backend.worker(room.queue, (job, token) => work(room, job, token), {
    autorun: false,
    concurrency: room.concurrency,
    // Short, since a dead worker's message holds its deduplication id until it is found stalled.
    lockDuration: 10_000,
    stalledInterval: 5000,
    // BullMQ waits 15 s by default before it fetches again after a connection error.
    runRetryDelay: 1000,
    maxStalledCount,
    // For messages of senders that didn't say: nothing stays for ever.
    removeOnComplete: { age: 600, count: 1000 },
    removeOnFail: { age: 600, count: 1000 },
  });
  worker.on('error', (error) => {
    complain({ err: error, queue: room.queue }, 'a queue worker has trouble with its server');
  });
  return worker;
}

async function work<Q extends QueueName>(room: Room<Q>, job: Job, token?: string): Promise<unknown> {
  const policy = policies[room.queue];
  const data = policy.data.safeParse(job.data);
  try {
    if (!data.success) throw new MessageRefused('malformed');
    return await room.handle(data.data);
  } catch (error) {
    if (error instanceof MessageRefused) return await refused(room, job, error);
    room.logger.warn({ err: error, queue: room.queue, attempt: job.attemptsStarted }, 'a message of the queue failed');
    if (policy.whenHandlerFails === 'forget') throw error;
    await job.moveToDelayed(Date.now() + backOffMs(job.attemptsStarted), token);
    throw new DelayedError();
  }
}

async function refused<Q extends QueueName>(room: Room<Q>, job: Job, refusal: MessageRefused): Promise<never> {
  await room.refuse(job.data, refusal.reason);
  throw new UnrecoverableError(refusal.message);
}

function backOffMs(attempt: number): number {
  return Math.min(200 * 2 ** Math.min(attempt - 1, 10), 30_000);
}

async function closeWorker(worker: Worker, graceMs: number): Promise<void> {
  const closed = worker.close();
  try {
    await within(graceMs, 'closing a queue worker', closed);
  } catch {
    // Left connected: on PostgreSQL a handler that returns after a disconnect would keep BullMQ waiting for ever.
    await within(1000, 'closing a queue worker', closed).catch(() => undefined);
  }
}
