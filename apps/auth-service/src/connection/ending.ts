import { append } from '@bliro/event-log';
import { type EntityManager, In, IsNull, Not } from 'typeorm';
import { ConsentAttempt } from '../consent/consent-attempt.entity.js';
import { FoundEnvironment } from '../environment/found-environment.entity.js';
import { changeConnection, changeEvents, withoutEnvironment, withoutToken } from './change.js';
import { Connection } from './connection.entity.js';

const ended = () =>
  ({
    ...withoutToken,
    ...withoutEnvironment,
    status: 'disconnected',
    reason: null,
    claims: null,
    chosenEnvironmentId: null,
    pinned: false,
    discoveryDueAt: null,
    disconnectedAt: new Date(),
  }) satisfies Partial<Connection>;

/**
 * Ends a connection whose lock the caller holds, and every sign-in that is open for it. Ending it again changes nothing. The
 * data keys, up to the row's generation, are removed after the commit.
 */
export async function endConnection(manager: EntityManager, row: Connection): Promise<Connection> {
  await endAttempts(manager, [row.id]);
  if (row.status === 'disconnected') return row;
  await manager.delete(FoundEnvironment, { connectionId: row.id });
  // Above the generation that a refresh under way may be storing: its key counts among those to be removed.
  return changeConnection(manager, row, { ...ended(), generation: row.generation + 1 });
}

/** Ends all of an organization's, in a few statements however many there are. */
export async function endAllConnections(manager: EntityManager, organization: string): Promise<Connection[]> {
  const rows = await manager.find(Connection, {
    where: { organization, status: Not('disconnected') },
    order: { id: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
  const ids = rows.map(({ id }) => id);
  const values = ended();
  await endAttempts(manager, ids);
  await manager.delete(FoundEnvironment, { connectionId: In(ids) });
  await manager.update(
    Connection,
    { id: In(ids) },
    { ...values, generation: () => 'generation + 1', version: () => 'version + 1' },
  );
  const events = rows.flatMap((row) => {
    const { environmentId } = row;
    const next = { generation: row.generation + 1, version: row.version + 1 };
    return changeEvents(Object.assign(row, values, next), environmentId);
  });
  await append(manager, events);
  return rows;
}

async function endAttempts(manager: EntityManager, connectionIds: string[]): Promise<void> {
  await manager.update(
    ConsentAttempt,
    { connectionId: In(connectionIds), finishedAt: IsNull() },
    { finishedAt: () => 'clock_timestamp()', outcome: 'ended' },
  );
}
