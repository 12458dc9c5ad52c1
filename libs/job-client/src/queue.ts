import { createPostgresBackend, Queue, withBackend } from 'bullmq';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { JobRefused, JobUncertain } from './errors.js';

/** Where the queue `crm-jobs` lives: the same Redis and prefix, or the same PostgreSQL and schema, as of the services. */
export type QueueConfig =
  { readonly redis: string; readonly prefix: string } | { readonly postgres: string; readonly schema: string };

/** What the intake said: it has committed. */
export interface Accepted {
  readonly committed: true;
  readonly jobId?: string;
}

export interface MessageQueue {
  send(jws: string, timeoutMs: number): Promise<Accepted>;
  close(): Promise<void>;
}

interface Connected {
  readonly queue: Queue;
  /** No further attempt to connect. */
  readonly stop: () => void;
}

const name = 'crm-jobs';
// Kept for a moment, so that the outcome can still be read.
const kept = { age: 600, count: 1000 };

/** Opens the queue. Connects in the background and again by itself; nothing here waits for that without a limit. */
export function openQueue(config: QueueConfig): MessageQueue {
  const { queue, stop } = 'redis' in config ? onRedis(config) : onPostgres(config);
  // Errors of the connection show as time-outs; without a listener they would be printed.
  queue.on('error', () => undefined);
  return {
    send: async (jws, timeoutMs) => {
      const over = AbortSignal.timeout(timeoutMs);
      return untilOver(over, send(queue, jws, over));
    },
    close: async () => {
      stop();
      await untilOver(AbortSignal.timeout(1000), queue.close()).catch(() => queue.disconnect());
    },
  };
}

async function send(queue: Queue, jws: string, over: AbortSignal): Promise<Accepted> {
  // The same message sent again while it is there is the same message.
  const id = createHash('sha256').update(jws).digest('hex');
  await queue.add(name, { jws }, { jobId: id, removeOnComplete: kept, removeOnFail: kept });
  // Looked at, not listened for: an event that comes while a listener is still connecting is lost.
  for (let pause = 20; !over.aborted; pause = Math.min(pause * 2, 250)) {
    const accepted = await outcomeOf(queue, id);
    if (accepted) return accepted;
    await delay(pause, undefined, { signal: over });
  }
  throw new Error('nobody has taken it in time');
}

async function outcomeOf(queue: Queue, id: string): Promise<Accepted | undefined> {
  const job = await queue.getJob(id);
  if (job?.finishedOn === undefined) return undefined;
  if (job.failedReason) {
    const refusal = /^the message was refused: (.+)$/.exec(job.failedReason);
    throw refusal?.[1] === undefined ? new Error(job.failedReason) : new JobRefused(refusal[1]);
  }
  const result: unknown = job.returnvalue;
  const jobId = typeof result === 'object' && result !== null && 'jobId' in result ? result.jobId : undefined;
  return typeof jobId === 'string' ? { committed: true, jobId } : { committed: true };
}

function onRedis({ redis, prefix }: { redis: string; prefix: string }): Connected {
  let stopped = false;
  const connection = {
    url: redis,
    connectTimeout: 2000,
    maxRetriesPerRequest: null,
    retryStrategy: (times: number) => (stopped ? null : Math.min(times * 100, 1000)),
  };
  const queue = new Queue(name, { connection, prefix });
  return {
    queue,
    stop: () => {
      stopped = true;
    },
  };
}

function onPostgres({ postgres, schema }: { postgres: string; schema: string }): Connected {
  const bull = withBackend(createPostgresBackend);
  const connection = { connectionString: postgres, schema, max: 2, connectionTimeoutMillis: 2000, query_timeout: 5000 };
  return { queue: new bull.Queue(name, { connection }) as unknown as Queue, stop: () => undefined };
}

/** What BullMQ promises may never settle while its server is away. */
async function untilOver<T>(over: AbortSignal, promise: Promise<T>): Promise<T> {
  const ended = new Promise<never>((_resolve, reject) => {
    over.addEventListener('abort', () => {
      reject(new Error('time is over'));
    });
  });
  promise.catch(() => undefined);
  ended.catch(() => undefined);
  try {
    return await Promise.race([promise, ended]);
  } catch (cause) {
    if (cause instanceof JobRefused) throw cause;
    throw new JobUncertain('The queue did not say that the job was accepted.', { cause });
  }
}
