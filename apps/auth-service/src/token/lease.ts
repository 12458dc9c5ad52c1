import { firstRow } from '@bliro/database';
import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { Connection } from '../connection/connection.entity.js';

/** The right to ask Entra about one connection, alone among all processes, for 15 seconds. */
export interface Lease {
  holder: string;
  connection: Connection;
}

export type LeaseAnswer =
  | { kind: 'taken'; lease: Lease }
  /** Another process asks right now. */
  | { kind: 'busy' }
  | { kind: 'limited'; retryAfterMs: number }
  /** The row is another one than was read. */
  | { kind: 'changed' };

const LIMIT = 10;
const recent = (table: string) =>
  `array(select t from unnest(${table}.redemptions) t where t > clock_timestamp() - interval '5 minutes' order by t)`;

const TAKE = `
  update connection set
         lease_holder = $3, lease_until = clock_timestamp() + interval '15 seconds',
         redemptions = array_append(current.recent, clock_timestamp())
    from (select id, ${recent('row')} as recent from connection row where id = $1 for update) as current
   where connection.id = current.id and version = $2 and ciphertext is not null
     and (lease_until is null or lease_until < clock_timestamp()) and cardinality(current.recent) < ${LIMIT}
  returning connection.id`;

const COUNT_ANOTHER = `
  update connection set redemptions = array_append(${recent('connection')}, clock_timestamp())
   where id = $1 and lease_holder = $2 and cardinality(${recent('connection')}) < ${LIMIT}
  returning id`;

const LOOK = `
  select version = $2 and ciphertext is not null as same, cardinality(${recent('connection')}) >= ${LIMIT} as full,
         extract(epoch from (${recent('connection')})[1] + interval '5 minutes' - clock_timestamp()) * 1000 as wait_ms
    from connection where id = $1`;

interface Look {
  same: boolean;
  full: boolean;
  wait_ms: string | null;
}

/** Takes the lease and counts one redemption (at most ten in five minutes), in one statement. */
export async function takeLease(work: DataSource, { id, version }: Connection): Promise<LeaseAnswer> {
  const holder = randomUUID();
  if ((await firstRow(work, TAKE, [id, version, holder])) !== undefined) {
    const connection = await work.manager.findOneBy(Connection, { id });
    return connection?.leaseHolder === holder ? { kind: 'taken', lease: { holder, connection } } : { kind: 'changed' };
  }
  const row = await firstRow<Look>(work, LOOK, [id, version]);
  if (row?.same !== true) return { kind: 'changed' };
  // Also where the other one has freed it since: then the next try will have it.
  if (!row.full) return { kind: 'busy' };
  return { kind: 'limited', retryAfterMs: Math.max(1000, Math.ceil(Number(row.wait_ms ?? 1000))) };
}

/** Counts one more redemption under the same lease; false when there may be none. */
export async function countAnother(work: DataSource, { connection, holder }: Lease): Promise<boolean> {
  return (await firstRow(work, COUNT_ANOTHER, [connection.id, holder])) !== undefined;
}

/** Frees the lease, whatever else became of the row. */
export async function freeLease(work: DataSource, { connection, holder }: Lease): Promise<void> {
  await work.query(
    `update connection set lease_holder = null, lease_until = null where id = $1 and lease_holder = $2`,
    [connection.id, holder],
  );
}
