import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { IDLE_IN_TRANSACTION_TIMEOUT_MS, STATEMENT_TIMEOUT_MS } from './data-source.js';
import { DatabaseMistake } from './errors.js';
import { type Installation, type Login, type LoginKey, logins, rolesOf, serviceSchemas } from './layout.js';
import { passwordVerifier } from './password-verifier.js';

interface RoleRow {
  rolname: string;
  powerful: boolean;
}

export async function createGroups(admin: Client): Promise<void> {
  const groups = serviceSchemas.flatMap(rolesOf);
  const present = await existing(admin, groups);
  for (const group of groups) {
    if (!present.has(group)) await admin.query(`CREATE ROLE ${escapeIdentifier(group)} NOLOGIN`);
  }
}

export async function createLogins(
  admin: Client,
  installation: Installation,
  passwords: Map<LoginKey, string | undefined>,
): Promise<void> {
  const present = await existing(
    admin,
    logins.map(({ suffix }) => installation.login(suffix)),
  );
  for (const login of logins) {
    const role = installation.login(login.suffix);
    await admin.query(loginSql(login, role, present.has(role), passwords.get(login.key)).join(';\n'));
  }
}

export async function dropLogins(admin: Client, installation: Installation): Promise<void> {
  for (const { suffix } of logins) {
    await admin.query(`DROP ROLE IF EXISTS ${escapeIdentifier(installation.login(suffix))}`);
  }
}

function loginSql(login: Login, name: string, present: boolean, password: string | undefined): string[] {
  const role = escapeIdentifier(name);
  const statements = [`${present ? 'ALTER' : 'CREATE'} ROLE ${role} LOGIN`];
  if (password !== undefined) {
    statements.push(`ALTER ROLE ${role} PASSWORD ${escapeLiteral(passwordVerifier(password))}`);
  }
  statements.push(`ALTER ROLE ${role} SET search_path = ${escapeIdentifier(login.schema)}`);
  if (login.group === undefined) {
    // Making a schema or a database for another role takes membership in it, for anybody but a superuser.
    statements.push(`GRANT ${role} TO CURRENT_USER`);
  } else {
    statements.push(
      `GRANT ${escapeIdentifier(login.group)} TO ${role}`,
      `ALTER ROLE ${role} SET statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
      `ALTER ROLE ${role} SET idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_TIMEOUT_MS}`,
    );
  }
  return statements;
}

async function existing(admin: Client, names: string[]): Promise<Set<string>> {
  const { rows } = await admin.query<RoleRow>(
    `select rolname, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as powerful
       from pg_roles where rolname = any($1)`,
    [names],
  );
  const powerful = rows.find((row) => row.powerful);
  if (powerful) {
    throw new DatabaseMistake(`The role "${powerful.rolname}" exists already and may do more than it should.`);
  }
  return new Set(rows.map((row) => row.rolname));
}
