import { DatabaseMistake } from './errors.js';

/** A connected `pg` client, as far as it is needed here. */
export interface DirectClient {
  query(sql: string): Promise<{ rows: unknown[] }>;
}

/**
 * Throws `DatabaseMistake` when a transaction pooler stands between: what a session keeps (advisory locks, settings)
 * would then be some other client's. A pooler announces a process id of its own, PostgreSQL the backend's.
 */
export async function refusePooler(client: DirectClient): Promise<void> {
  const { rows } = await client.query('select pg_backend_pid() as pid');
  const announced = (client as { processID?: number | null }).processID;
  if ((rows[0] as { pid: number }).pid !== announced) {
    throw new DatabaseMistake('This needs a direct connection to PostgreSQL, and a connection pooler answered.');
  }
}
