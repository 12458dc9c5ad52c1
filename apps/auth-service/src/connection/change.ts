import { connectionChanged, type ConnectionReason } from '@bliro/contract/auth';
import { append } from '@bliro/event-log';
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
  eventReason?: ConnectionReason,
): Promise<Connection> {
  Object.assign(connection, values, { version: connection.version + 1 });
  await manager.save(connection);
  const reason = eventReason ?? connection.reason;
  const id = correlationId();
  await append(manager, [
    {
      organization: connection.organization,
      type: 'connection.changed',
      subject: connection.id,
      subjectVersion: connection.version,
      ...(id === undefined ? {} : { correlationId: id }),
      data: connectionChanged.parse({
        userId: connection.userId,
        status: connection.status,
        ...(reason === null ? {} : { reason }),
      }),
    },
  ]);
  return connection;
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
