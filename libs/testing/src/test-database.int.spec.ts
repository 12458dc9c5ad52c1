import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { adminUrl, testDatabase, type TestDatabase } from './index.js';
import { cloneName } from './test-database-names.js';

class Notes1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE auth.note (id int)');
    await runner.query('GRANT SELECT, INSERT ON auth.note TO bliro_auth_work');
  }
  async down(): Promise<void> {}
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('testDatabase', () => {
  let databases: TestDatabase[];

  beforeAll(async () => {
    const make = () => testDatabase({ schema: 'auth', migrations: [Notes1700000000000] });
    databases = await Promise.all([make(), make(), make()]);
  });

  afterAll(() => Promise.all(databases.map((database) => database.drop())));

  it('gives each suite its own migrated database', async () => {
    const [first, second] = databases as [TestDatabase, TestDatabase];
    await ask(first.urls.authWork, 'insert into note values (1)');
    expect(await ask(first.urls.authWork, 'select id from note')).toEqual([{ id: 1 }]);
    expect(await ask(second.urls.authWork, 'select id from note')).toEqual([]);
  });

  it('lets nobody in but its own login roles, by their own rights', async () => {
    const [first] = databases as [TestDatabase];
    await expect(ask(first.urls.authHttp, 'select id from note')).rejects.toThrow('permission denied for table note');
    await expect(ask(first.urls.crmWork, 'select id from auth.note')).rejects.toThrow('permission denied for schema');
  });

  it('clears what dead runs left behind, and nothing that is in use', async () => {
    const [left, used] = [cloneName('left', Date.now() - 2 * 3_600_000), cloneName('used')];
    await ask(adminUrl(), `create database ${left}`);
    await ask(adminUrl(), `create database ${used}`);
    await (await testDatabase({ schema: 'auth', migrations: [Notes1700000000000] })).drop();
    const found = await ask(adminUrl(), `select datname from pg_database where datname in ('${left}', '${used}')`);
    await ask(adminUrl(), `drop database ${used}`);
    expect(found).toEqual([{ datname: used }]);
  });

  it('is gone after drop', async () => {
    const [, , third] = databases as [TestDatabase, TestDatabase, TestDatabase];
    await third.drop();
    await expect(ask(third.urls.authWork, 'select 1')).rejects.toThrow('does not exist');
    await expect(ask(third.urls.keystore, 'select 1')).rejects.toThrow('does not exist');
  });
});
