import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

/** What every log line of a piece of work says of it. */
export interface WorkContext {
  readonly correlationId?: string | undefined;
  organization?: string | undefined;
}

const storage = new AsyncLocalStorage<WorkContext>();
const requests = new WeakMap<object, WorkContext>();

/** Runs `fn`, and all that it starts, under this correlation id. */
export function runWithCorrelation<T>(id: string, fn: () => T): T {
  return storage.run({ ...storage.getStore(), correlationId: id }, fn);
}

/** Runs `fn`, and all that it starts, as work of this organization; of nobody yet, where it is undefined. */
export function runForOrganization<T>(organization: string | undefined, fn: () => T): T {
  return storage.run({ ...storage.getStore(), organization }, fn);
}

/** Says whose the work is that runs, from the moment where that is known. Outside of any it says nothing. */
export function belongsTo(organization: string): void {
  const context = storage.getStore();
  if (context !== undefined) context.organization = organization;
}

/** Runs a part of a request's handling; all parts share what is known of the request. */
export function runRequest<T>(request: object, id: string, fn: () => T): T {
  const context = requests.get(request) ?? { correlationId: id };
  requests.set(request, context);
  return storage.run(context, fn);
}

export function workContext(): WorkContext {
  return storage.getStore() ?? {};
}

export function contextOfRequest(request: object): WorkContext {
  return requests.get(request) ?? {};
}

/** The id of the work that is running, undefined outside of any. */
export function correlationId(): string | undefined {
  return storage.getStore()?.correlationId;
}

/** The caller's id where it has the form of one (it goes into logs and headers), else a new UUID. */
export function newCorrelationId(incoming?: string): string {
  return incoming !== undefined && /^[A-Za-z0-9_-]{8,64}$/.test(incoming) ? incoming : randomUUID();
}
