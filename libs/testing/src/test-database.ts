import { randomBytes } from 'node:crypto';
import { migrate, type MigrationClass, type Provisioned, provision, removeInstallation } from '@bliro/database';
import { type ServiceSchema, withAdvisoryLock } from '@bliro/database';
import { Client } from 'pg';
import { migrationFingerprint } from './migration-fingerprint.js';
import { adminUrl } from './server.js';
import { cloneName, removeStale, templateName } from './test-database-names.js';

/** Login roles that all test databases of a server share; they stay, the databases don't. */
const LOGINS = 'bliro_test';

export interface TestDatabase {
  urls: Provisioned['urls'];
  name: string;
  /** Close your connections first; what is still open is cut. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  schema: ServiceSchema;
  migrations: MigrationClass[];
  keystoreMigrations?: MigrationClass[];
}

/** A database of its own for one suite, migrated, with real roles; copied from a template that suites share. */
export async function testDatabase(options: TestDatabaseOptions): Promise<TestDatabase> {
  const { schema, migrations, keystoreMigrations = [] } = options;
  const template = templateName(`${schema}_${await migrationFingerprint(migrations, keystoreMigrations)}`);
  const name = cloneName(randomBytes(4).toString('hex'));
  const { urls } = await oneAtATime(async (admin) => {
    await removeStale(admin, template);
    if (!(await isComplete(admin, template))) await buildTemplate(admin, template, options);
    return install(name, template);
  });
  return { urls, name, drop: () => removeInstallation({ adminUrl: adminUrl(), database: name, keepLogins: true }) };
}

async function buildTemplate(admin: Client, template: string, options: TestDatabaseOptions): Promise<void> {
  // What is left of one that was interrupted.
  await removeInstallation({ adminUrl: adminUrl(), database: template, keepLogins: true });
  const { urls } = await install(template);
  const { schema, migrations, keystoreMigrations = [] } = options;
  await migrate({ url: urls[`${schema}Owner`], schema, migrations });
  await migrate({ url: urls.keystore, schema: 'keystore', migrations: keystoreMigrations });
  await admin.query(`COMMENT ON DATABASE "${template}" IS 'complete'`);
}

async function isComplete(admin: Client, template: string): Promise<boolean> {
  const { rows } = await admin.query(
    "select from pg_database where datname = $1 and shobj_description(oid, 'pg_database') = 'complete'",
    [template],
  );
  return rows.length > 0;
}

function install(database: string, template?: string): Promise<Provisioned> {
  return provision({
    adminUrl: adminUrl(),
    database,
    logins: LOGINS,
    password: () => 'test',
    ...(template === undefined ? {} : { template }),
  });
}

async function oneAtATime<T>(work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client({ connectionString: adminUrl() });
  await admin.connect();
  try {
    const session = async (sql: string, values?: unknown[]) => (await admin.query<object>(sql, values)).rows;
    return await withAdvisoryLock(session, 'bliro test databases', () => work(admin));
  } finally {
    await admin.end();
  }
}
