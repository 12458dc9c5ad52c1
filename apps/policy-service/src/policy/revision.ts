import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { append } from '@bliro/event-log';
import type { Caller } from '@bliro/http';
import { correlationId } from '@bliro/observe';

/** The row's lock is held to the end of the transaction: changes of one organization come one after the other. */
const lockRevisionSql = `
  insert into revision as current (organization, revision) values ($1, 0)
  on conflict (organization) do update set revision = current.revision
  returning revision`;

const addChangeSql = `
  with raised as (update revision set revision = $2 where organization = $1)
  insert into change (organization, revision, id, cause, changes, comment, changed_at, changed_by)
  values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8)`;

export async function lockRevision(manager: EntityManager, organization: string): Promise<number> {
  const [row] = await manager.query<{ revision: string }[]>(lockRevisionSql, [organization]);
  if (row === undefined) throw new Error('The revision of the organization could not be locked.');
  return Number(row.revision);
}

export interface NewRevision {
  revision: number;
  cause: string;
  changes: readonly object[];
  comment: string | undefined;
  at: Date;
  /** For readers of the event: ids and states, nothing that people wrote. */
  event: { type: string; data: Record<string, unknown> };
}

/** Makes a revision under the lock: who, when, before, after and why in one entry, and an event for other services. */
export async function addRevision(
  manager: EntityManager,
  { organization, userId }: Caller,
  { revision, cause, changes, comment, at, event }: NewRevision,
): Promise<void> {
  const id = randomUUID();
  await manager.query(addChangeSql, [
    organization,
    revision,
    id,
    cause,
    JSON.stringify(changes),
    comment ?? null,
    at,
    userId,
  ]);
  const correlation = correlationId();
  await append(manager, [
    {
      organization,
      type: event.type,
      subject: 'policy',
      subjectVersion: revision,
      ...(correlation !== undefined && { correlationId: correlation }),
      data: { change: id, cause, ...event.data },
    },
  ]);
}
