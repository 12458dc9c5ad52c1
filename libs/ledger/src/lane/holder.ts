import { refusePooler } from '@bliro/database';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** A worker's life as the others see it: an advisory lock on a connection of its own. */
export interface Holder {
  /** The lock's key, a bigint as text. */
  readonly holder: string;
  /** False from the moment on at which the connection is lost: the lanes may be somebody else's already. */
  alive(): boolean;
  close(): Promise<void>;
}

/** Throws `DatabaseMistake` where `directUrl` leads through a transaction pooler: the lock lives as long as the session. */
export async function joinAsHolder(directUrl: string): Promise<Holder> {
  const client = new Client({
    connectionString: directUrl,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    application_name: 'bliro-crm-holder',
  });
  let alive = true;
  const lost = (): void => {
    alive = false;
  };
  client.on('error', lost);
  client.on('end', lost);
  const holder = randomBytes(8).readBigInt64BE().toString();
  await client.connect();
  try {
    await refusePooler(client);
    await client.query('SELECT pg_advisory_lock($1)', [holder]);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return {
    holder,
    alive: () => alive,
    close: async () => {
      alive = false;
      await client.end();
    },
  };
}
