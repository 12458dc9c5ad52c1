import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { migrate, type Provisioned, provision, refusePooler, removeInstallation } from './index.js';

const adminUrl = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432';

class Counter1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE counter AS SELECT 0 AS runs');
  }
  async down(): Promise<void> {}
}

class Count1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('UPDATE counter SET runs = runs + 1');
    await runner.query('SELECT pg_sleep(0.2)');
  }
  async down(): Promise<void> {}
}

class Concurrent1700000000002 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX CONCURRENTLY counter_runs ON counter (runs)');
  }
  async down(): Promise<void> {}
}

class Broken1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('UPDATE counter SET runs = runs + 100');
    await runner.query('SELECT * FROM nowhere');
  }
  async down(): Promise<void> {}
}

describe('migrate', () => {
  const database = `test_${randomBytes(4).toString('hex')}`;
  const migrations = [Counter1700000000000, Count1700000000001, Concurrent1700000000002];
  let urls: Provisioned['urls'];
  let owner: Client;

  beforeAll(async () => {
    ({ urls } = await provision({ adminUrl, database, password: () => 'test' }));
    owner = new Client({ connectionString: urls.authOwner });
    await owner.connect();
  });

  afterAll(async () => {
    await owner.end();
    await removeInstallation({ adminUrl, database });
  });

  const runs = async () => (await owner.query<{ runs: number }>('select runs from counter')).rows[0]?.runs;

  it('runs each migration once when several start at the same moment', async () => {
    const once = () => migrate({ url: urls.authOwner, schema: 'auth', migrations });
    const done = await Promise.all([once(), once(), once()]);
    expect(done.flat()).toEqual(migrations.map(({ name }) => name));
    expect(await runs()).toBe(1);
    expect(await once()).toEqual([]);
  });

  it('keeps its record in the schema itself', async () => {
    const { rows } = await owner.query('select name from auth.migration order by id');
    expect(rows).toEqual(migrations.map(({ name }) => ({ name })));
  });

  it('undoes a migration that fails and runs it another time', async () => {
    const attempt = () =>
      migrate({ url: urls.authOwner, schema: 'auth', migrations: [...migrations, Broken1700000000003] });
    await expect(attempt()).rejects.toThrow('"nowhere" does not exist');
    expect(await runs()).toBe(1);
    await owner.query('create table nowhere ()');
    expect(await attempt()).toEqual(['Broken1700000000003']);
    expect(await runs()).toBe(101);
  });

  it('refuses a connection that answers for another process, as a pooler does', async () => {
    await expect(refusePooler(owner)).resolves.toBeUndefined();
    const pooled = { processID: 1, query: (sql: string) => owner.query<object>(sql) };
    await expect(refusePooler(pooled)).rejects.toThrow('connection pooler');
  });
});
