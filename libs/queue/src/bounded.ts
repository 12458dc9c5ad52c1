import { setTimeout as delay } from 'node:timers/promises';

/** The queue didn't answer in time. The message may or may not have arrived. */
export class QueueUnavailable extends Error {
  override readonly name = 'QueueUnavailable';
}

/** Waits for `promise` for at most `ms`, then throws `QueueUnavailable`: what BullMQ promises may never settle while its server is away. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const tooLate = delay(ms, undefined, { signal: stop.signal }).then(() => {
    throw new QueueUnavailable(`${what} took longer than ${String(ms)} ms.`);
  });
  tooLate.catch(() => undefined);
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    stop.abort();
  }
}
