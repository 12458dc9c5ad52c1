import { DataSource, MigrationExecutor, type MigrationInterface } from 'typeorm';
import { withAdvisoryLock } from './advisory-lock.js';
import { schemaName, startUpOptions } from './data-source.js';
import { type DirectClient, refusePooler } from './direct-connection.js';

export type MigrationClass = new () => MigrationInterface;

export interface MigrateOptions {
  /** The schema owner's, not through a pooler. */
  url: string;
  schema: string;
  migrations: MigrationClass[];
}

/** Runs what has not run yet, each migration in its own transaction, and answers the names. Two at once run each once. */
export async function migrate({ url, schema, migrations }: MigrateOptions): Promise<string[]> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    schema,
    migrations,
    migrationsTableName: 'migration',
    // What TypeORM would print is in the error as well, and standard output belongs to the JSON log.
    logger: 'debug',
    installExtensions: false,
    applicationName: `bliro-${schema}-migrate`,
    connectTimeoutMS: 10_000,
    extra: {
      options: startUpOptions({
        search_path: schemaName(schema),
        // A table that is in use makes the migration fail, instead of everybody else wait behind it.
        lock_timeout: 10_000,
        statement_timeout: 600_000,
      }),
    },
  });
  await dataSource.initialize();
  try {
    return await runPending(dataSource, schema);
  } finally {
    await dataSource.destroy();
  }
}

async function runPending(dataSource: DataSource, schema: string): Promise<string[]> {
  const runner = dataSource.createQueryRunner();
  try {
    await refusePooler((await runner.connect()) as DirectClient);
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'each';
    const session = (sql: string, values?: unknown[]) => runner.query(sql, values) as Promise<unknown[]>;
    const done = await withAdvisoryLock(session, `migrate ${schema}`, () => executor.executePendingMigrations());
    return done.map((migration) => migration.name);
  } finally {
    await runner.release();
  }
}
