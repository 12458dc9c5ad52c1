import { adminUrl, eventually, testDatabase, type TestDatabase } from '@bliro/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { ledgerMigrations } from '../migrations/index.js';
import { attemptAt, newAction, newJob, TestLedger } from '../fixture/ledger.js';
import type { Holder } from './holder.js';
import type { Lanes } from './lanes.js';
import type { Lease } from './lease.js';

describe('leases', () => {
  let database: TestDatabase;
  let ledger: TestLedger;
  let admin: Client;
  let one: { holder: Holder; lanes: Lanes };
  let two: { holder: Holder; lanes: Lanes };

  beforeAll(async () => {
    database = await testDatabase({ schema: 'crm', migrations: ledgerMigrations });
    ledger = await TestLedger.open(database.urls);
    const url = new URL(adminUrl());
    url.pathname = `/${database.name}`;
    admin = new Client({ connectionString: url.href });
    await admin.connect();
  });
  afterAll(async () => {
    await ledger.close();
    await admin.end();
    await database.drop();
  });
  beforeEach(async () => {
    await admin.query('UPDATE crm.lane SET due = NULL, holder = NULL');
    [one, two] = await Promise.all([ledger.join(), ledger.join()]);
  });
  afterEach(() => Promise.all([one.holder.close(), two.holder.close()]));

  const leased = async (lanes: Lanes, laneId: string): Promise<Lease> => {
    const lease = await lanes.lease(laneId);
    if (!lease) throw new Error('expected to get the lease');
    return lease;
  };
  const endLease = (laneId: string) =>
    admin.query("UPDATE crm.lane SET due = clock_timestamp() - interval '1 ms' WHERE id = $1", [laneId]);
  const killConnection = async (holder: Holder): Promise<void> => {
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
         AND (classid::bigint << 32 | objid::bigint) = $1`,
      [holder.holder],
    );
    await eventually(() => Promise.resolve(holder.alive() ? undefined : true));
  };

  it('gives a lane to one of many who ask, with a higher fence each time', async () => {
    const { laneId, fence } = await ledger.accept(newJob());
    const asked = await Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 ? one : two).lanes.lease(laneId)));
    const got = asked.filter((lease) => lease !== undefined);
    expect(got).toHaveLength(1);
    expect(BigInt(got[0]?.fence ?? 0)).toBe(BigInt(fence) + 1n);
  });

  it('does not give a lane that has nothing due', async () => {
    const { laneId } = await ledger.accept(newJob());
    await admin.query("UPDATE crm.lane SET due = clock_timestamp() + interval '1 hour' WHERE id = $1", [laneId]);
    expect(await one.lanes.lease(laneId)).toBeUndefined();
    await admin.query('UPDATE crm.lane SET due = NULL WHERE id = $1', [laneId]);
    expect(await one.lanes.lease(laneId)).toBeUndefined();
    expect(await one.lanes.lease(randomUUID())).toBeUndefined();
  });

  it('lasts 15 seconds from when it is given or renewed', async () => {
    const { laneId } = await ledger.accept(newJob());
    const lease = await leased(one.lanes, laneId);
    const left = async (): Promise<number> => {
      const { rows } = await admin.query<{ s: number }>(
        'SELECT extract(epoch FROM due - clock_timestamp())::float AS s FROM crm.lane WHERE id = $1',
        [laneId],
      );
      return rows[0]?.s ?? 0;
    };
    expect(await left()).toBeGreaterThan(14);
    await admin.query("UPDATE crm.lane SET due = clock_timestamp() + interval '1 s' WHERE id = $1", [laneId]);
    expect(await one.lanes.renew(lease)).toBe(true);
    expect(await left()).toBeGreaterThan(14);
    expect(await left()).toBeLessThanOrEqual(15);
  });

  it('is over at once when its holder is dead, and only then', async () => {
    const { laneId } = await ledger.accept(newJob());
    const lease = await leased(one.lanes, laneId);
    expect(await two.lanes.lease(laneId)).toBeUndefined();
    expect(await two.lanes.sweep(10)).toEqual([]);
    await killConnection(one.holder);
    const next = await leased(two.lanes, laneId);
    expect(BigInt(next.fence)).toBe(BigInt(lease.fence) + 1n);
    expect(await one.lanes.renew(lease)).toBe(false);
  });

  it('is found by the sweep when its holder died', async () => {
    const { laneId } = await ledger.accept(newJob());
    const lease = await leased(one.lanes, laneId);
    await killConnection(one.holder);
    expect(await two.lanes.sweep(10)).toEqual([{ laneId, fence: lease.fence }]);
    expect(await one.lanes.holds(lease, randomUUID())).toBe(false);
    expect(await one.lanes.renew(lease)).toBe(false);
  });

  it('is over for a frozen holder when its time is', async () => {
    const job = newJob();
    const { laneId } = await ledger.accept(job);
    const stale = await leased(one.lanes, laneId);
    const [action] = await one.lanes.next(stale, 20);
    if (!action) throw new Error('expected an action');
    const attempt = attemptAt(action);
    expect(await one.lanes.holds(stale, action.id)).toBe(true);
    expect(await one.lanes.begin(stale, attempt)).toBe(true);
    await endLease(laneId);
    expect(await one.lanes.holds(stale, action.id)).toBe(false);
    expect(await two.lanes.sweep(10)).toEqual([{ laneId, fence: stale.fence }]);

    const fresh = await leased(two.lanes, laneId);
    expect(await ledger.statuses(job.id)).toEqual({ a1: 'verifying' });
    const [doubtful] = await two.lanes.next(fresh, 20);
    expect(doubtful).toMatchObject({
      id: action.id,
      status: 'verifying',
      attempts: 1,
      lastAttempt: { id: attempt.id },
    });

    const outcome = { status: 'failed', reason: 'x', message: 'x' } as const;
    expect(await one.lanes.settle(stale, { actionId: action.id, attemptId: attempt.id, outcome })).toBe(false);
    expect(await one.lanes.begin(stale, attemptAt(action))).toBe(false);
    expect(await one.lanes.next(stale, 20)).toEqual([]);
    expect(await one.lanes.renew(stale)).toBe(false);
    expect(await one.lanes.release(stale)).toBe('freed');
    await one.lanes.handBack(stale);
    expect(await ledger.statuses(job.id)).toEqual({ a1: 'verifying' });
    expect((await ledger.lane(laneId)).holder).toBe(two.holder.holder);
  });

  it('lets nothing begin after its end, although nobody took the lane over', async () => {
    const job = newJob();
    const { laneId } = await ledger.accept(job);
    const lease = await leased(one.lanes, laneId);
    const [action] = await one.lanes.next(lease, 20);
    if (!action) throw new Error('expected an action');
    await endLease(laneId);
    expect(await one.lanes.begin(lease, attemptAt(action))).toBe(false);
    expect(await ledger.statuses(job.id)).toEqual({ a1: 'queued' });
    expect(await one.lanes.renew(lease)).toBe(true);
    expect(await one.lanes.begin(lease, attemptAt(action))).toBe(true);
  });

  it('still takes an outcome after its end, as long as nobody took the lane over', async () => {
    const job = newJob();
    const { laneId } = await ledger.accept(job);
    const lease = await leased(one.lanes, laneId);
    const [action] = await one.lanes.next(lease, 20);
    if (!action) throw new Error('expected an action');
    await one.lanes.begin(lease, attemptAt(action));
    await endLease(laneId);
    await killConnection(one.holder);
    await two.lanes.sweep(10);
    expect(await one.lanes.begin(lease, attemptAt(action))).toBe(false);
    expect(await one.lanes.settle(lease, { actionId: action.id, outcome: { status: 'succeeded' } })).toBe(true);
    expect(await ledger.statuses(job.id)).toEqual({ a1: 'succeeded' });
  });

  it('is freed only where nothing came in since the lane was read', async () => {
    const first = newJob();
    const { laneId } = await ledger.accept(first);
    const lease = await leased(one.lanes, laneId);
    const [action] = await one.lanes.next(lease, 20);
    if (!action) throw new Error('expected an action');
    await one.lanes.begin(lease, attemptAt(action));
    await one.lanes.settle(lease, { actionId: action.id, outcome: { status: 'succeeded' } });
    expect(await one.lanes.next(lease, 20)).toEqual([]);

    const late = newJob({ userId: first.userId, actions: [newAction('late')] });
    expect(await ledger.accept(late)).toMatchObject({ laneId, held: true });
    expect(await one.lanes.release(lease)).toBe('more');
    expect((await one.lanes.next(lease, 20)).map(({ key }) => key)).toEqual(['late']);
    expect(await one.lanes.release(lease)).toBe('freed');
    expect((await ledger.lane(laneId)).due).not.toBeNull();
  });

  it('loses no work that arrives while the lane is being freed', async () => {
    const userId = `user-${randomUUID()}`;
    const { laneId } = await ledger.accept(newJob({ userId }));
    const drain = async (): Promise<void> => {
      const lease = await one.lanes.lease(laneId);
      if (!lease) return;
      do {
        for (const action of await one.lanes.next(lease, 20)) {
          await one.lanes.begin(lease, attemptAt(action));
          await one.lanes.settle(lease, { actionId: action.id, outcome: { status: 'succeeded' } });
        }
      } while ((await one.lanes.release(lease)) === 'more');
    };
    for (let round = 0; round < 40; round++) await Promise.all([ledger.accept(newJob({ userId })), drain()]);
    for (let left = await ledger.lane(laneId); left.due !== null; left = await ledger.lane(laneId)) await drain();
    const open: unknown[] = await ledger.work.query("SELECT FROM action WHERE lane_id = $1 AND status <> 'succeeded'", [
      laneId,
    ]);
    expect(open).toEqual([]);
  });

  it('frees a lane that is done without a time, and one that waits for its earliest action', async () => {
    const job = newJob({ actions: [newAction('a1'), newAction('a2')] });
    const { laneId } = await ledger.accept(job);
    const lease = await leased(one.lanes, laneId);
    const actions = await one.lanes.next(lease, 20);
    const waits = [90_000, 30_000];
    for (const [index, action] of actions.entries()) {
      const outcome = { status: 'retrying', reason: 'throttled', nextAttemptInMs: waits[index] ?? 0 } as const;
      await one.lanes.settle(lease, { actionId: action.id, outcome });
    }
    expect(await one.lanes.next(lease, 20)).toEqual([]);
    expect(await one.lanes.release(lease)).toBe('freed');
    const { due } = await ledger.lane(laneId);
    expect(due?.getTime()).toBeGreaterThan(Date.now() + 25_000);
    expect(due?.getTime()).toBeLessThan(Date.now() + 35_000);
    expect(await one.lanes.lease(laneId)).toBeUndefined();

    await endLease(laneId);
    await admin.query('UPDATE crm.action SET next_attempt_at = NULL WHERE lane_id = $1', [laneId]);
    const again = await leased(one.lanes, laneId);
    for (const action of await one.lanes.next(again, 20)) {
      await one.lanes.begin(again, attemptAt(action));
      await one.lanes.settle(again, { actionId: action.id, outcome: { status: 'succeeded' } });
    }
    await one.lanes.release(again);
    expect(await ledger.lane(laneId)).toMatchObject({ due: null, holder: null });
  });

  it('is handed back due at once, whatever is left', async () => {
    const { laneId } = await ledger.accept(newJob());
    const lease = await leased(one.lanes, laneId);
    await one.lanes.handBack(lease);
    expect(await two.lanes.lease(laneId)).toBeDefined();
  });

  it('sweeps the oldest first, each at most every five seconds', async () => {
    const jobs = [newJob(), newJob(), newJob()];
    const lanes: string[] = [];
    for (const job of jobs) lanes.push((await ledger.accept(job)).laneId);
    const swept = async (limit: number) => (await one.lanes.sweep(limit)).map(({ laneId }) => laneId);
    expect(await swept(2)).toEqual(lanes.slice(0, 2));
    expect(await swept(2)).toEqual(lanes.slice(2));
    expect(await swept(2)).toEqual([]);
    await admin.query("UPDATE crm.lane SET woken_at = woken_at - interval '6 s' WHERE id = $1", [lanes[1]]);
    expect(await swept(2)).toEqual([lanes[1]]);
  });
});
