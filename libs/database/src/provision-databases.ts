import { type Client, escapeIdentifier } from 'pg';
import { type Installation, logins } from './layout.js';

export async function createDatabase(admin: Client, name: string, template: string | undefined): Promise<void> {
  const { rows } = await admin.query('select from pg_database where datname = $1', [name]);
  if (rows.length > 0) return;
  // template1 may be in use by somebody, template0 never is.
  const from = template === undefined ? `template0 ENCODING 'UTF8'` : escapeIdentifier(template);
  await admin.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${from}`);
}

export async function dropDatabase(admin: Client, name: string): Promise<void> {
  await admin.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
}

/** Only the installation's own logins may connect; PUBLIC may nothing. */
export async function limitAccess(admin: Client, installation: Installation): Promise<void> {
  const main = escapeIdentifier(installation.main);
  const keystore = escapeIdentifier(installation.keystore);
  const users = logins
    .filter(({ place }) => place === 'main')
    .map(({ suffix }) => escapeIdentifier(installation.login(suffix)));
  const keystoreOwner = escapeIdentifier(installation.login('keystore'));
  await admin.query(
    [
      `REVOKE ALL ON DATABASE ${main} FROM PUBLIC`,
      `GRANT CONNECT ON DATABASE ${main} TO ${users.join(', ')}`,
      // BullMQ's migrations say CREATE SCHEMA IF NOT EXISTS, which takes this right even where the schema is there.
      `GRANT CREATE ON DATABASE ${main} TO ${escapeIdentifier(installation.login('queue'))}`,
      `ALTER DATABASE ${keystore} OWNER TO ${keystoreOwner}`,
      `REVOKE ALL ON DATABASE ${keystore} FROM PUBLIC`,
    ].join(';\n'),
  );
}
