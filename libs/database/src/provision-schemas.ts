import { Client, escapeIdentifier } from 'pg';
import { type Installation, logins, rolesOf, serviceSchemas } from './layout.js';
import { onDatabase } from './urls.js';

export async function createSchemas(adminUrl: string, installation: Installation): Promise<void> {
  for (const place of ['main', 'keystore'] as const) {
    const statements = schemaSql(installation, place);
    const client = new Client({ connectionString: onDatabase(adminUrl, installation[place]) });
    await client.connect();
    try {
      // One message without parameters is one transaction.
      await client.query(statements.join(';\n'));
    } finally {
      await client.end();
    }
  }
}

function schemaSql(installation: Installation, place: 'main' | 'keystore'): string[] {
  const owners = logins.filter((login) => login.place === place && login.group === undefined);
  const schemas = owners.map(({ schema, suffix }) => {
    const owner = escapeIdentifier(installation.login(suffix));
    return `CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(schema)} AUTHORIZATION ${owner}`;
  });
  const usage = serviceSchemas.map((schema) => {
    const groups = rolesOf(schema).map((role) => escapeIdentifier(role));
    return `GRANT USAGE ON SCHEMA ${escapeIdentifier(schema)} TO ${groups.join(', ')}`;
  });
  return ['REVOKE ALL ON SCHEMA public FROM PUBLIC', ...schemas, ...(place === 'main' ? usage : [])];
}
