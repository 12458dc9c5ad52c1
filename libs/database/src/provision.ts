import { Client } from 'pg';
import { withAdvisoryLock } from './advisory-lock.js';
import { refusePooler } from './direct-connection.js';
import { DatabaseMistake } from './errors.js';
import { type Installation, installationOf, type LoginKey, logins } from './layout.js';
import { createDatabase, dropDatabase, limitAccess } from './provision-databases.js';
import { createGroups, createLogins, dropLogins } from './provision-roles.js';
import { createSchemas } from './provision-schemas.js';
import { asLogin, onDatabase } from './urls.js';

export interface ProvisionOptions {
  /** A superuser, or a role with CREATEROLE and CREATEDB. */
  adminUrl: string;
  database: string;
  /** Prefix of the login roles, where it isn't the database's name: several databases then share them. */
  logins?: string;
  /** An installation whose databases are copied, with the same login roles. */
  template?: string;
  /** Password of a login role, printable ASCII. Without it the server must trust the connection. */
  password?: (login: string) => string;
}

export interface Provisioned {
  urls: Record<LoginKey, string>;
}

/**
 * Brings the databases, roles and schemas of one installation into being, or up to date; safe to repeat and to run in
 * several processes at once. Throws `DatabaseMistake` for names and servers that won't do.
 */
export async function provision(options: ProvisionOptions): Promise<Provisioned> {
  const installation = installationOf(options.database, options.logins);
  const passwords = new Map(logins.map(({ key, suffix }) => [key, options.password?.(installation.login(suffix))]));
  await alone(options.adminUrl, async (admin) => {
    await createGroups(admin);
    await createLogins(admin, installation, passwords);
    await createDatabase(admin, installation.main, options.template);
    await createDatabase(admin, installation.keystore, options.template && `${options.template}_keystore`);
    await limitAccess(admin, installation);
    await createSchemas(options.adminUrl, installation);
  });
  return { urls: urlsOf(options.adminUrl, installation, passwords) };
}

/** Drops the databases of an installation, and its login roles unless other databases use them. */
export async function removeInstallation(options: {
  adminUrl: string;
  database: string;
  keepLogins?: boolean;
}): Promise<void> {
  const installation = installationOf(options.database);
  await alone(options.adminUrl, async (admin) => {
    await dropDatabase(admin, installation.main);
    await dropDatabase(admin, installation.keystore);
    if (!options.keepLogins) await dropLogins(admin, installation);
  });
}

/** Advisory locks belong to a database, so everybody takes this one in the same database of the server. */
async function alone(adminUrl: string, work: (admin: Client) => Promise<void>): Promise<void> {
  const admin = new Client({ connectionString: onDatabase(adminUrl, 'postgres'), application_name: 'bliro-provision' });
  await admin.connect();
  try {
    await refusePooler(admin);
    await requireVersion(admin);
    const session = async (sql: string, values?: unknown[]) => (await admin.query<object>(sql, values)).rows;
    await withAdvisoryLock(session, 'bliro provision', () => work(admin));
  } finally {
    await admin.end();
  }
}

async function requireVersion(admin: Client): Promise<void> {
  const { rows } = await admin.query<{ version: number; text: string }>(
    "select current_setting('server_version_num')::int as version, current_setting('server_version') as text",
  );
  if ((rows[0]?.version ?? 0) < 150_000) {
    throw new DatabaseMistake(`PostgreSQL 15 or newer is needed, this server is ${rows[0]?.text ?? 'unknown'}.`);
  }
}

function urlsOf(
  adminUrl: string,
  installation: Installation,
  passwords: Map<LoginKey, string | undefined>,
): Provisioned['urls'] {
  const urls = logins.map(({ key, suffix, place }) => {
    const database = onDatabase(adminUrl, installation[place]);
    return [key, asLogin(database, installation.login(suffix), passwords.get(key))];
  });
  return Object.fromEntries(urls) as Provisioned['urls'];
}
