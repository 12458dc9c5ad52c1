import { dataSourceOptions } from '@bliro/database';
import { eventually, testDatabase, type TestDatabase } from '@bliro/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource, type EntityManager, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { StoredEvent } from './event.js';
import type { FollowOptions } from './follow.js';
import { append, cursorTableSql, eventsSince, eventTableSql, followEvents, type Follower } from './index.js';

class Effects1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [...eventTableSql('policy'), ...cursorTableSql('policy')]) await runner.query(sql);
    await runner.query('CREATE TABLE policy.effect (subject text NOT NULL)');
    await runner.query('GRANT SELECT, INSERT, DELETE ON policy.effect TO bliro_policy_work');
    await runner.query('GRANT DELETE ON policy.event_cursor TO bliro_policy_work');
  }
  async down(): Promise<void> {}
}

const LONG_MS = 600_000;

async function applyEvents(manager: EntityManager, events: StoredEvent[]): Promise<void> {
  for (const { subject } of events) await manager.query('insert into effect values ($1)', [subject]);
}

describe('followEvents', () => {
  let database: TestDatabase;
  let work: DataSource;
  let followers: Follower[] = [];
  let warnings: string[];

  beforeAll(async () => {
    database = await testDatabase({ schema: 'policy', migrations: [Effects1700000000000] });
    work = await new DataSource(dataSourceOptions({ url: database.urls.policyWork, schema: 'policy' })).initialize();
  });

  beforeEach(async () => {
    warnings = [];
    await work.query('delete from effect');
    await work.query('delete from event_cursor');
  });

  afterEach(async () => {
    await Promise.all(followers.map((follower) => follower.stop()));
    followers = [];
  });

  afterAll(async () => {
    await work.destroy();
    await database.drop();
  });

  const follow = (more: Partial<FollowOptions> = {}): Follower => {
    const follower = followEvents({
      dataSource: work,
      reader: 'effects',
      source: 'things',
      pull: (cursor) => eventsSince(work, cursor, 2),
      apply: applyEvents,
      everyMs: LONG_MS,
      logger: { warn: (_fields, message) => warnings.push(message) },
      ...more,
    });
    followers.push(follower);
    return follower;
  };

  const state = (...subjects: string[]): Promise<void> =>
    work.transaction((manager) =>
      append(
        manager,
        subjects.map((subject) => ({ organization: 'o', type: 't', subject, subjectVersion: 1, data: {} })),
      ),
    );

  const effects = async (): Promise<string[]> =>
    (await work.query<{ subject: string }[]>('select subject from effect order by ctid')).map((row) => row.subject);

  const effectsWhen = (count: number): Promise<string[]> =>
    eventually(async () => {
      const found = await effects();
      return found.length >= count ? found : undefined;
    });

  const start = async (): Promise<string> => (await eventsSince(work, '0', 1000)).cursor;

  /** Suites share one growing log: each test reads on from where the log ends. */
  const startAtEnd = async (): Promise<void> => {
    await work.query('insert into event_cursor values ($1, $2, $3)', ['effects', 'things', await start()]);
  };

  it('catches up page by page, then goes on when nudged', async () => {
    await startAtEnd();
    await state('a', 'b', 'c');
    const follower = follow();
    expect(await effectsWhen(3)).toEqual(['a', 'b', 'c']);
    await state('d');
    follower.nudge();
    expect(await effectsWhen(4)).toEqual(['a', 'b', 'c', 'd']);
    expect(warnings).toEqual([]);
  });

  it('finds new events by itself after everyMs', async () => {
    await startAtEnd();
    let pulls = 0;
    follow({
      everyMs: 10,
      pull: (cursor) => {
        pulls += 1;
        return eventsSince(work, cursor, 2);
      },
    });
    await eventually(async () => (pulls > 1 ? true : undefined));
    await state('late');
    expect(await effectsWhen(1)).toEqual(['late']);
  });

  it('neither moves the cursor nor keeps part of the effect when the effect fails', async () => {
    await startAtEnd();
    await state('x', 'y');
    const cursor = () => work.query('select position from event_cursor');
    const before = await cursor();
    let broken = true;
    const follower = follow({
      apply: async (manager, events) => {
        await applyEvents(manager, events);
        if (broken) throw new Error('half done');
      },
    });
    await eventually(async () => (warnings.length > 0 ? true : undefined));
    expect(await cursor()).toEqual(before);
    expect(await effects()).toEqual([]);
    broken = false;
    follower.nudge();
    expect(await effectsWhen(2)).toEqual(['x', 'y']);
  });

  it('applies each event once when replicas follow under one name', async () => {
    await startAtEnd();
    const subjects = Array.from({ length: 40 }, (_, n) => String(n));
    await state(...subjects);
    follow();
    follow();
    follow();
    await effectsWhen(40);
    await Promise.all(followers.map((follower) => follower.stop()));
    expect(await effects()).toEqual(subjects);
  });

  it('stops after the round that runs', async () => {
    await startAtEnd();
    await state('last');
    let entered: () => void = () => undefined;
    let leave: () => void = () => undefined;
    const inside = new Promise<void>((resolve) => (entered = resolve));
    const outside = new Promise<void>((resolve) => (leave = resolve));
    const follower = follow({
      apply: async (manager, events) => {
        entered();
        await outside;
        await applyEvents(manager, events);
      },
    });
    await inside;
    const stopped = follower.stop();
    leave();
    await stopped;
    expect(await effects()).toEqual(['last']);
  });
});
