import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { groupRoles, type Provisioned, provision, removeInstallation } from './index.js';
import { logins } from './layout.js';
import { onDatabase } from './urls.js';

const adminUrl = onDatabase(process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432', 'postgres');
const password = (login: string) => `pw-${login}`;

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('provision', () => {
  // Capital and hyphen: names that only work where they are quoted.
  const database = `Test-${randomBytes(4).toString('hex')}`;
  const other = `${database}-b`;
  let urls: Provisioned['urls'];

  beforeAll(async () => {
    const atOnce = [database, database, other, database].map((name) =>
      provision({ adminUrl, database: name, password }),
    );
    urls = ((await Promise.all(atOnce))[0] as Provisioned).urls;
  });

  afterAll(async () => {
    await removeInstallation({ adminUrl, database });
    await removeInstallation({ adminUrl, database: other });
  });

  it('brings every login into its own database, with its schema in front', async () => {
    for (const { key, schema, suffix, place } of logins) {
      const [row] = await ask(
        urls[key],
        'select current_user as me, current_database() as db, current_schema as schema',
      );
      const db = place === 'main' ? database : `${database}_keystore`;
      expect(row).toEqual({ me: `${database}_${suffix}`, db, schema });
    }
  });

  it('changes nothing that is there when it runs again', async () => {
    await ask(urls.authOwner, 'create table kept as select 1 as id');
    expect(await provision({ adminUrl, database, password })).toEqual({ urls });
    expect(await ask(urls.authOwner, 'select id from kept')).toEqual([{ id: 1 }]);
  });

  it('gives no role more power than it needs', async () => {
    const rows = await ask(
      adminUrl,
      `select rolname from pg_roles where (rolname like '${database}%' or rolname like 'bliro\\_%')
         and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`,
    );
    expect(rows).toEqual([]);
    const groups = Object.values(groupRoles).flatMap(({ http, work }) => [http, ...work]);
    const canLogin = await ask(
      adminUrl,
      `select rolname from pg_roles where rolcanlogin and rolname in ('${groups.join("','")}')`,
    );
    expect(canLogin).toEqual([]);
  });

  it('lets nobody into the database of another installation, nor services into the key store', async () => {
    const strangers = [onDatabase(urls.authHttp, other), onDatabase(urls.authOwner, `${database}_keystore`)];
    for (const url of [...strangers, onDatabase(urls.keystore, database)]) {
      await expect(ask(url, 'select 1')).rejects.toThrow('permission denied for database');
    }
  });

  it("keeps each service out of another's schema, its owner included", async () => {
    await ask(urls.policyOwner, 'create table secret as select 1 as id');
    await ask(urls.policyOwner, 'grant select on secret to public');
    for (const key of ['authOwner', 'authHttp', 'authWork', 'crmWorker', 'queue'] as const) {
      await expect(ask(urls[key], 'select * from policy.secret')).rejects.toThrow(
        'permission denied for schema policy',
      );
      await expect(ask(urls[key], 'create table policy.mine ()')).rejects.toThrow(
        'permission denied for schema policy',
      );
      await expect(ask(urls[key], 'create table public.mine ()')).rejects.toThrow(
        'permission denied for schema public',
      );
    }
    expect(await ask(urls.policyHttp, 'select id from secret')).toEqual([{ id: 1 }]);
  });

  it('lets services use their schema and not build in it', async () => {
    for (const key of ['authHttp', 'authWork', 'crmWork', 'crmWorker'] as const) {
      await expect(ask(urls[key], 'create table mine ()')).rejects.toThrow('permission denied for schema');
      await expect(ask(urls[key], 'create temporary table mine ()')).rejects.toThrow('permission denied');
    }
  });

  it('refuses a role that exists already and may do more', async () => {
    const name = `${database}-c`;
    await ask(adminUrl, `create role "${name}_auth_owner" login createdb`);
    await expect(provision({ adminUrl, database: name, password })).rejects.toThrow('may do more than it should');
    await ask(adminUrl, `drop role "${name}_auth_owner"`);
    await removeInstallation({ adminUrl, database: name });
  });

  it('works for an admin who is no superuser', async () => {
    const admin = `${database}-admin`;
    const groups = Object.values(groupRoles).flatMap(({ http, work }) => [http, ...work]);
    await ask(adminUrl, `create role "${admin}" login createdb createrole password 'pw'`);
    await ask(adminUrl, `grant ${groups.join(', ')} to "${admin}" with admin option`);
    const limited = new URL(adminUrl);
    limited.username = admin;
    limited.password = 'pw';
    const name = `${database}-d`;
    try {
      await provision({ adminUrl: limited.href, database: name, password });
      const { urls: second } = await provision({ adminUrl: limited.href, database: name, password });
      await ask(second.crmOwner, 'create table made ()');
      await ask(second.keystore, 'create table made ()');
    } finally {
      await removeInstallation({ adminUrl: limited.href, database: name });
      await ask(adminUrl, `drop role "${admin}"`);
    }
  });
});
