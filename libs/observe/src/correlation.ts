import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

const storage = new AsyncLocalStorage<string>();

/** Runs `fn`, and all that it starts, under this correlation id. */
export function runWithCorrelation<T>(id: string, fn: () => T): T {
  return storage.run(id, fn);
}

/** The id of the work that is running, undefined outside of any. */
export function correlationId(): string | undefined {
  return storage.getStore();
}

/** The caller's id where it has the form of one (it goes into logs and headers), else a new UUID. */
export function newCorrelationId(incoming?: string): string {
  return incoming !== undefined && /^[A-Za-z0-9_-]{8,64}$/.test(incoming) ? incoming : randomUUID();
}
