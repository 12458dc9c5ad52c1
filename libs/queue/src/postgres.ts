import { refusePooler } from '@bliro/database';
import { createPostgresBackend, runMigrations, withBackend } from 'bullmq';
import type { PgQueryable, PostgresPoolConfig, Queue, Worker } from 'bullmq';
import { Client } from 'pg';
import type { Backend } from './backend.js';

const bull = withBackend(createPostgresBackend);

/** BullMQ on PostgreSQL: a small pool for each queue and worker, its tables in a schema of their own. */
export function postgresBackend(config: { postgres: string; schema: string }): Backend {
  const connection: PostgresPoolConfig = {
    connectionString: config.postgres,
    schema: config.schema,
    max: 3,
    connectionTimeoutMillis: 2000,
    query_timeout: 5000,
  };
  return {
    prepare: () => prepare(config),
    queue: (name) => new bull.Queue(name, { connection }) as unknown as Queue,
    worker: (name, processor, options) =>
      new bull.Worker(name, processor, { ...options, connection }) as unknown as Worker,
    drop: () => undefined,
  };
}

async function prepare({ postgres, schema }: { postgres: string; schema: string }): Promise<void> {
  const client = new Client({ connectionString: postgres, connectionTimeoutMillis: 2000, query_timeout: 30_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    // LISTEN and session locks don't work through one.
    await refusePooler(client);
    await runMigrations(await keepingSchema(client, schema), schema);
  } finally {
    await client.end();
  }
}

/** CREATE SCHEMA IF NOT EXISTS wants CREATE on the database even for a schema that exists: our role has it not. */
async function keepingSchema(client: Client, schema: string): Promise<PgQueryable> {
  const found = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (found.rowCount === 0) return client;
  const query = (text: string, values?: unknown[]): Promise<unknown> =>
    text.startsWith('CREATE SCHEMA') ? Promise.resolve({ rows: [], rowCount: 0 }) : client.query(text, values);
  return { query } as unknown as PgQueryable;
}
