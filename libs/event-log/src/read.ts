import type { DataSource } from 'typeorm';
import { cursorSchema, limitSchema } from './cursor.js';
import type { StoredEvent } from './event.js';

/**
 * Two statements in one message, which is one transaction: the second one's snapshot is taken when the lock is held, so
 * it sees every number given before. One after the other, numbers become visible in their order.
 */
const NUMBER = `
  select pg_advisory_xact_lock(hashtextextended('event numbers of ' || current_schema(), 0));
  update event set position = numbered.position
    from (select id, (select coalesce(max(position), 0) from event) + row_number() over (order by entry) as position
            from event where position is null) as numbered
   where event.id = numbered.id`;

const READ = `
  select id, organization, type, subject, subject_version, correlation_id, data, at, position
    from event where position > $1 order by position limit $2`;

interface EventRow {
  id: string;
  organization: string;
  type: string;
  subject: string;
  subject_version: string;
  correlation_id: string | null;
  data: Record<string, unknown>;
  at: Date;
  position: string;
}

/** Gives committed events that have no position yet the next ones. For a work role: others don't see all rows. */
export async function numberEvents(dataSource: DataSource): Promise<void> {
  await dataSource.query(NUMBER);
}

/**
 * Events after `cursor` ('0' is the start) in their order, at most `limit`, and the cursor to ask with next.
 * Throws ZodError for a cursor or limit that isn't one.
 */
export async function eventsSince(
  dataSource: DataSource,
  cursor: string,
  limit: number,
): Promise<{ events: StoredEvent[]; cursor: string }> {
  const values = [cursorSchema.parse(cursor), limitSchema.parse(limit)];
  await numberEvents(dataSource);
  const rows = await dataSource.query<EventRow[]>(READ, values);
  return { events: rows.map(toEvent), cursor: rows.at(-1)?.position ?? cursor };
}

function toEvent(row: EventRow): StoredEvent {
  return {
    id: row.id,
    organization: row.organization,
    type: row.type,
    subject: row.subject,
    subjectVersion: Number(row.subject_version),
    ...(row.correlation_id === null ? {} : { correlationId: row.correlation_id }),
    data: row.data,
    at: row.at.toISOString(),
  };
}
