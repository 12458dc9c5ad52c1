import type { EntitySchema } from 'typeorm';
// The package's root doesn't export this type by name.
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { DatabaseMistake } from './errors.js';

export const STATEMENT_TIMEOUT_MS = 5_000;
export const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;

export interface SchemaConnection {
  url: string;
  schema: string;
  entities?: ((abstract new (...values: never) => object) | EntitySchema)[];
  poolSize?: number;
}

/**
 * TypeORM options for one service's schema. The limits travel as start-up `options`; a pooler in between must be told
 * to ignore these, and then the same values hold as defaults of the login role (`provision`).
 */
export function dataSourceOptions(connection: SchemaConnection): PostgresDataSourceOptions {
  return {
    type: 'postgres',
    url: connection.url,
    schema: connection.schema,
    entities: connection.entities ?? [],
    poolSize: connection.poolSize ?? 10,
    synchronize: false,
    // Its default prints lost connections to standard output, which belongs to the JSON log.
    logger: 'debug',
    applicationName: `bliro-${connection.schema}`,
    connectTimeoutMS: 5_000,
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    extra: {
      options: startUpOptions({
        search_path: schemaName(connection.schema),
        statement_timeout: STATEMENT_TIMEOUT_MS,
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      }),
    },
  };
}

export function startUpOptions(settings: Record<string, string | number>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

/** Schemas are ours and plain; anything else would need quoting in a place that has none. */
export function schemaName(schema: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new DatabaseMistake(`"${schema}" can't be a schema's name.`);
  return schema;
}
