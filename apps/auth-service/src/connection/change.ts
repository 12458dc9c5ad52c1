import { connectionChanged, environmentChanged } from '@bliro/contract/auth';
import { append, type NewEvent } from '@bliro/event-log';
import { correlationId } from '@bliro/observe';
import type { EntityManager } from 'typeorm';
import { Connection } from './connection.entity.js';

/**
 * Writes what others may notice of a connection: with the next version, and an event in the same transaction. `values` may
 * change the row; the caller holds its lock.
 */
export async function changeConnection(
  manager: EntityManager,
  connection: Connection,
  values: Partial<Connection>,
): Promise<Connection> {
  const before = connection.environmentId;
  Object.assign(connection, values, { version: connection.version + 1 });
  await manager.save(connection);
  await append(manager, changeEvents(connection, before));
  return connection;
}

/** What a row's new version tells others; `before` is the environment that it had. */
export function changeEvents(connection: Connection, before: string | null): NewEvent[] {
  const { organization, id: subject, version: subjectVersion, userId, status, reason, environmentId } = connection;
  const id = correlationId();
  const fact = { organization, subject, subjectVersion, ...(id === undefined ? {} : { correlationId: id }) };
  const changed = connectionChanged.parse({ userId, status, ...(reason === null ? {} : { reason }) });
  const events = [{ ...fact, type: 'connection.changed', data: changed }];
  if (environmentId === before) return events;
  const moved = environmentChanged.parse({ userId, ...(environmentId === null ? {} : { environmentId }) });
  return [...events, { ...fact, type: 'environment.changed', data: moved }];
}

/** The row, locked until the transaction ends. */
export function lockConnection(manager: EntityManager, id: string): Promise<Connection> {
  return manager.findOneOrFail(Connection, { where: { id }, lock: { mode: 'pessimistic_write' } });
}

/** Values of a row that has no token any more. */
export const withoutToken = {
  ciphertext: null,
  dataKeyId: null,
  keepTokenUntil: null,
  probeAt: null,
  probeIntervalSeconds: null,
  unknownRefusals: 0,
  unknownRefusalAt: null,
  leaseHolder: null,
  leaseUntil: null,
} satisfies Partial<Connection>;

export const withoutEnvironment = {
  environmentId: null,
  environmentName: null,
  environmentUrl: null,
  environmentApiUrl: null,
  environmentType: null,
} satisfies Partial<Connection>;

/** Values of a row that works: nothing is wrong with it any more. */
export const withoutTrouble = {
  reason: null,
  claims: null,
  keepTokenUntil: null,
  probeAt: null,
  probeIntervalSeconds: null,
  unknownRefusals: 0,
  unknownRefusalAt: null,
} satisfies Partial<Connection>;
