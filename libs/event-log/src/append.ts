import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { NewEvent } from './event.js';

const INSERT = `
  insert into event (id, organization, type, subject, subject_version, correlation_id, data)
  select id, organization, type, subject, "subjectVersion", "correlationId", data
    from jsonb_to_recordset($1::jsonb) as new (
      id uuid, organization text, type text, subject text, "subjectVersion" bigint, "correlationId" text, data jsonb)`;

/** Appends in the caller's transaction, to the `event` table of the connection's schema. */
export async function append(manager: EntityManager, events: NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map((event) => ({ ...event, id: event.id ?? randomUUID() }));
  await manager.query(INSERT, [JSON.stringify(rows)]);
}
