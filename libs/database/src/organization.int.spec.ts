import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import {
  dataSourceOptions,
  groupRoles,
  migrate,
  OrganizationDatabase,
  organizationPolicySql,
  type Provisioned,
  provision,
  removeInstallation,
} from './index.js';

const adminUrl = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432';

class Notes1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE crm.note (organization text NOT NULL, words text NOT NULL)');
    for (const statement of organizationPolicySql('crm', 'note', groupRoles.crm)) await runner.query(statement);
    await runner.query('GRANT SELECT, INSERT, UPDATE ON crm.note TO bliro_crm_http, bliro_crm_work');
  }
  async down(): Promise<void> {}
}

describe('an organization’s rows', () => {
  const database = `test_${randomBytes(4).toString('hex')}`;
  let urls: Provisioned['urls'];
  let http: DataSource;
  let work: DataSource;
  let organizations: OrganizationDatabase;

  const connect = (url: string, poolSize = 2) =>
    new DataSource(dataSourceOptions({ url, schema: 'crm', poolSize })).initialize();

  beforeAll(async () => {
    ({ urls } = await provision({ adminUrl, database, password: () => 'test' }));
    await migrate({ url: urls.crmOwner, schema: 'crm', migrations: [Notes1700000000000] });
    // One connection: what a transaction leaves behind on it would be seen by the next.
    http = await connect(urls.crmHttp, 1);
    work = await connect(urls.crmWork);
    organizations = new OrganizationDatabase(http);
    await work.query("insert into note values ('a', 'of a'), ('b', 'of b'), ('', 'of nobody')");
  });

  afterAll(async () => {
    await http.destroy();
    await work.destroy();
    await removeInstallation({ adminUrl, database });
  });

  const read = (from: { query(sql: string): Promise<unknown> }) => from.query('select words from note order by words');

  it('are seen by an http role one organization at a time', async () => {
    expect(await organizations.run('a', read)).toEqual([{ words: 'of a' }]);
    expect(await organizations.run('b', read)).toEqual([{ words: 'of b' }]);
  });

  it('are not seen by an http role that names no organization, before and after one was named', async () => {
    const fresh = await connect(urls.crmHttp, 1);
    expect(await read(fresh)).toEqual([]);
    await fresh.destroy();
    await organizations.run('a', read);
    expect(await read(http)).toEqual([]);
    await expect(organizations.run('', read)).rejects.toThrow('An organization is needed');
  });

  it('are neither written nor moved into another organization by an http role', async () => {
    const insert = organizations.run('a', (manager) => manager.query("insert into note values ('b', 'smuggled')"));
    await expect(insert).rejects.toThrow('row-level security');
    const move = organizations.run('a', (manager) => manager.query("update note set organization = 'b'"));
    await expect(move).rejects.toThrow('row-level security');
    await organizations.run('a', (manager) => manager.query("update note set words = 'of a'"));
    expect(await organizations.run('b', read)).toEqual([{ words: 'of b' }]);
  });

  it('are all seen by a work role with a policy, by nobody without one', async () => {
    expect(await read(work)).toEqual([{ words: 'of a' }, { words: 'of b' }, { words: 'of nobody' }]);
    const owner = await connect(urls.crmOwner);
    expect(await read(owner)).toEqual([]);
    await owner.destroy();
  });

  it('are left as they were when the work fails', async () => {
    const failing = organizations.run('a', async (manager) => {
      await manager.query("insert into note values ('a', 'half')");
      throw new Error('second half failed');
    });
    await expect(failing).rejects.toThrow('second half failed');
    expect(await organizations.run('a', read)).toEqual([{ words: 'of a' }]);
  });

  it('keep one organization’s transaction apart from another’s on the same connection', async () => {
    const all = await Promise.all(
      ['a', 'b', 'a', 'b', 'a'].map((organization) => organizations.run(organization, read)),
    );
    expect(all.map((rows) => (rows as { words: string }[]).map(({ words }) => words).join())).toEqual([
      'of a',
      'of b',
      'of a',
      'of b',
      'of a',
    ]);
  });

  describe('are not held up', () => {
    const settings = (from: DataSource) =>
      from.query(
        "select current_setting('statement_timeout') as statement, current_setting('idle_in_transaction_session_timeout') as idle",
      );

    it('by a statement beyond 5 s or a transaction idle for 10 s, whoever connects and how', async () => {
      const limits = [{ statement: '5s', idle: '10s' }];
      expect(await settings(http)).toEqual(limits);
      expect(await settings(work)).toEqual(limits);
      // As behind a pooler, which passes no start-up options on.
      const plain = await new DataSource({ type: 'postgres', url: urls.crmWorker }).initialize();
      expect(await settings(plain)).toEqual(limits);
      await plain.destroy();
    });

    it('because the server ends both', async () => {
      const options = dataSourceOptions({ url: urls.crmHttp, schema: 'crm', poolSize: 1 });
      const shortened = (options.extra as { options: string }).options
        .replace('statement_timeout=5000', 'statement_timeout=50')
        .replace('session_timeout=10000', 'session_timeout=50');
      const hurried = await new DataSource({ ...options, extra: { options: shortened } }).initialize();
      await expect(hurried.query('select pg_sleep(5)')).rejects.toThrow('statement timeout');
      const runner = hurried.createQueryRunner();
      const client = (await runner.connect()) as { once(event: 'error', listener: (error: Error) => void): void };
      await runner.startTransaction();
      const ended = new Promise<Error>((resolve) => client.once('error', resolve));
      expect((await ended).message).toContain('idle-in-transaction timeout');
      await runner.release();
      await hurried.destroy();
    });
  });
});
