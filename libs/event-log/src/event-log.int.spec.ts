import { dataSourceOptions } from '@bliro/database';
import { testDatabase, type TestDatabase } from '@bliro/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { NewEvent } from './event.js';
import { append, eventsSince, eventTableSql } from './index.js';
import { numberEvents } from './read.js';

class Events1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of eventTableSql('auth')) await runner.query(statement);
  }
  async down(): Promise<void> {}
}

function fact(subject: string, more: Partial<NewEvent> = {}): NewEvent {
  return { organization: 'org-1', type: 'thing.changed', subject, subjectVersion: 1, data: { state: 'on' }, ...more };
}

describe('event log', () => {
  let database: TestDatabase;
  let work: DataSource;
  let owner: Client;

  beforeAll(async () => {
    database = await testDatabase({ schema: 'auth', migrations: [Events1700000000000] });
    work = await new DataSource(dataSourceOptions({ url: database.urls.authWork, schema: 'auth' })).initialize();
    owner = new Client({ connectionString: database.urls.authOwner });
    await owner.connect();
  });

  afterAll(async () => {
    await work.destroy();
    await owner.end();
    await database.drop();
  });

  beforeEach(() => owner.query('truncate event'));

  const subjectsSince = async (cursor: string) =>
    (await eventsSince(work, cursor, 100)).events.map(({ subject }) => subject);

  it('gives back what was appended, in order, a page at a time', async () => {
    const id = '0192d1f0-0000-7000-8000-000000000001';
    await work.transaction((manager) =>
      append(manager, [fact('a', { id, correlationId: 'c-1', subjectVersion: 7 }), fact('b'), fact('c')]),
    );
    const first = await eventsSince(work, '0', 2);
    expect(first.events[0]).toEqual({
      ...fact('a', { id, correlationId: 'c-1', subjectVersion: 7 }),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    expect(first.events.map(({ subject }) => subject)).toEqual(['a', 'b']);
    const second = await eventsSince(work, first.cursor, 2);
    expect(second.events.map(({ subject }) => subject)).toEqual(['c']);
    expect(await eventsSince(work, second.cursor, 2)).toEqual({ events: [], cursor: second.cursor });
  });

  it('misses nothing when a transaction that began earlier commits later', async () => {
    const slow = work.createQueryRunner();
    await slow.startTransaction();
    await append(slow.manager, [fact('slow')]);
    await work.transaction((manager) => append(manager, [fact('quick')]));

    const before = await eventsSince(work, '0', 100);
    expect(before.events.map(({ subject }) => subject)).toEqual(['quick']);
    await slow.commitTransaction();
    await slow.release();
    expect(await subjectsSince(before.cursor)).toEqual(['slow']);
  });

  it('leaves no trace of a transaction that is rolled back', async () => {
    const failing = work.transaction(async (manager) => {
      await append(manager, [fact('never')]);
      throw new Error('the cause did not happen');
    });
    await expect(failing).rejects.toThrow('the cause did not happen');
    expect(await subjectsSince('0')).toEqual([]);
  });

  it('numbers each event once when many number at the same moment', async () => {
    const writers = Array.from({ length: 8 }, async (_, n) => {
      await work.transaction((manager) => append(manager, [fact(`${n}-1`), fact(`${n}-2`)]));
      await numberEvents(work);
    });
    await Promise.all(writers);
    const { rows } = await owner
      .query('alter table event no force row level security')
      .then(() => owner.query<{ position: string }>('select position from event order by position'));
    await owner.query('alter table event force row level security');
    expect(rows.map(({ position }) => Number(position))).toEqual(Array.from({ length: 16 }, (_, n) => n + 1));
  });

  it.each(['-1', 'x', '', '1.5', '9223372036854775808'])('refuses the cursor %j', async (cursor) => {
    await expect(eventsSince(work, cursor, 1)).rejects.toThrow(/cursor/);
  });

  it.each([
    ['delete', 'delete from event'],
    ['truncate', 'truncate event'],
    ['change of content', "update event set data = '{}'"],
    ['change of time', 'update event set at = now()'],
  ])('is append-only for service roles: no %s', async (_, statement) => {
    for (const url of [database.urls.authWork, database.urls.authHttp]) {
      const client = new Client({ connectionString: url });
      await client.connect();
      await expect(client.query(statement).finally(() => client.end())).rejects.toThrow('permission denied');
    }
  });

  it('lets an http role append for its organization alone, and number nothing', async () => {
    const http = await new DataSource(dataSourceOptions({ url: database.urls.authHttp, schema: 'auth' })).initialize();
    const appendAs = (organization: string) =>
      http.transaction(async (manager) => {
        await manager.query("select set_config('app.organization', $1, true)", [organization]);
        await append(manager, [fact('mine')]);
      });
    try {
      await expect(appendAs('org-2')).rejects.toThrow('row-level security');
      await appendAs('org-1');
      await expect(numberEvents(http)).rejects.toThrow('permission denied');
    } finally {
      await http.destroy();
    }
    expect(await subjectsSince('0')).toEqual(['mine']);
  });
});
