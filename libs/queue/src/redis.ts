import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import type { Backend } from './backend.js';
import type { QueueLogger } from './logger.js';

/** BullMQ on Redis: one connection for all that is sent, two for each worker. */
export function redisBackend(config: { redis: string; prefix: string }, logger: QueueLogger): Backend {
  let dropped = false;
  const common = {
    maxRetriesPerRequest: null,
    connectTimeout: 2000,
    retryStrategy: (times: number) => (dropped ? null : Math.min(times * 100, 1000)),
  } satisfies RedisOptions;
  // Without an offline queue a wake-up fails at once while Redis is away, instead of piling up in memory.
  const sender = new Redis(config.redis, { ...common, enableOfflineQueue: false, commandTimeout: 2000 });
  sender.on('error', () => undefined);
  sender.on('ready', () => void alarmWhenEvicting(sender, logger));
  return {
    prepare: () => Promise.resolve(),
    queue: (name) => new Queue(name, { connection: sender, prefix: config.prefix }),
    worker: (name, processor, options) =>
      new Worker(name, processor, { ...options, prefix: config.prefix, connection: { url: config.redis, ...common } }),
    drop: () => {
      dropped = true;
      sender.disconnect();
    },
  };
}

/** A Redis that evicts keys loses messages silently. INFO, since managed servers refuse CONFIG. */
export async function alarmWhenEvicting(
  redis: { info(section: 'memory'): Promise<string> },
  logger: QueueLogger,
): Promise<void> {
  try {
    const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
    if (policy === 'noeviction') return;
    const alarm = { alarm: 'queue_may_lose_messages', policy: policy ?? 'unknown' };
    logger.error(alarm, 'Redis may evict the queues: set maxmemory-policy to noeviction');
  } catch {
    // The connection went away again; the next 'ready' asks once more.
  }
}
