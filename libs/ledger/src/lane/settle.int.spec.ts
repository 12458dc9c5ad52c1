import { testDatabase, type TestDatabase } from '@bliro/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { cancelJob } from '../job/cancel.js';
import type { NewAction } from '../job/new-job.js';
import { ledgerMigrations } from '../migrations/index.js';
import { attemptAt, newAction, newJob, newUpdate, organization, TestLedger } from '../testing/ledger.js';
import { resume } from './due.js';
import type { Holder } from './holder.js';
import type { Lanes } from './lanes.js';
import type { Lease } from './lease.js';
import type { LaneAction } from './next.js';
import type { Outcome } from './settle.js';

const failed: Outcome = { status: 'failed', reason: 'refused', message: 'Dynamics refused it.', code: '0x80040217' };
const blocked: Outcome = { status: 'blocked', reason: 'not_connected', message: 'Connect Dynamics.' };

describe('outcomes', () => {
  let database: TestDatabase;
  let ledger: TestLedger;
  let holder: Holder;
  let lanes: Lanes;

  beforeAll(async () => {
    database = await testDatabase({ schema: 'crm', migrations: ledgerMigrations });
    ledger = await TestLedger.open(database.urls);
    ({ holder, lanes } = await ledger.join());
  });
  afterAll(async () => {
    await holder.close();
    await ledger.close();
    await database.drop();
  });

  interface Running {
    jobId: string;
    userId: string;
    lease: Lease;
    next(): Promise<string[]>;
    take(key: string): Promise<LaneAction>;
    end(key: string, outcome: Outcome): Promise<boolean>;
    statuses(): Promise<Record<string, string>>;
  }
  const run = async (...actions: NewAction[]): Promise<Running> => {
    const job = newJob({ actions });
    const lease = await lanes.lease((await ledger.accept(job)).laneId);
    if (!lease) throw new Error('expected to get the lease');
    const take = async (key: string): Promise<LaneAction> => {
      const found = (await lanes.next(lease, 20)).find((action) => action.key === key);
      if (!found) throw new Error(`${key} may not start`);
      return found;
    };
    return {
      jobId: job.id,
      userId: job.userId,
      lease,
      take,
      next: async () => (await lanes.next(lease, 20)).map((action) => action.key),
      end: async (key, outcome) => {
        const action = await take(key);
        const attempt = attemptAt(action);
        if (!(await lanes.begin(lease, attempt))) return false;
        return lanes.settle(lease, { actionId: action.id, attemptId: attempt.id, outcome });
      },
      statuses: () => ledger.statuses(job.id),
    };
  };
  const created = (id = randomUUID()): Outcome => ({
    status: 'succeeded',
    record: { table: 'task', id, url: `https://x.example/main.aspx?id=${id}` },
  });

  it('gives what may start in the order of acceptance, with all that is needed to carry it out', async () => {
    const job = await run(newAction('a1'), newAction('a2'), newAction('a3', { after: ['a1'] }));
    expect(await job.next()).toEqual(['a1', 'a2']);
    expect(await job.take('a1')).toMatchObject({
      jobId: job.jobId,
      jobKeyScope: 'pipeline jobs',
      tool: 'create_task',
      inputJson: '{"fields":{"subject":"Task a1"}}',
      salt: 'salt',
      mandate: 'mandate.of.a1',
      correlationId: 'correlation-1',
      status: 'queued',
      attempts: 0,
      cancelRequested: false,
      fromActions: {},
    });
  });

  it('lets dependants go when all that they come after succeeded, and names the records', async () => {
    const job = await run(newAction('a1'), newAction('a2'), newAction('a3', { after: ['a1', 'a2'] }));
    const id = randomUUID();
    await job.end('a1', created(id));
    expect(await job.statuses()).toEqual({ a1: 'succeeded', a2: 'queued', a3: 'waiting' });
    await job.end('a2', { status: 'succeeded', result: [] });
    expect(await job.next()).toEqual(['a3']);
    expect((await job.take('a3')).fromActions).toEqual({ a1: { table: 'task', id } });
  });

  it('cancels what can not happen any more, and nothing else', async () => {
    const job = await run(
      newAction('a1'),
      newAction('a2', { after: ['a1'] }),
      newAction('a3', { after: ['a2'] }),
      newAction('a4'),
    );
    await job.end('a1', failed);
    expect(await job.statuses()).toEqual({ a1: 'failed', a2: 'cancelled', a3: 'cancelled', a4: 'queued' });
    const reasons: { reason: string }[] = await ledger.work.query(
      "SELECT reason FROM action WHERE job_id = $1 AND status = 'cancelled'",
      [job.jobId],
    );
    expect(reasons).toEqual([{ reason: 'dependency_failed' }, { reason: 'dependency_failed' }]);
  });

  it('starts an update when the earlier write to its record is over, however that ended', async () => {
    const record = randomUUID();
    const job = await run(newUpdate('a1', record), newUpdate('a2', record), newUpdate('a3', record));
    expect(await job.next()).toEqual(['a1']);
    await job.end('a1', failed);
    expect(await job.statuses()).toEqual({ a1: 'failed', a2: 'queued', a3: 'waiting' });
  });

  it('knows a record by its id once the action that makes it has succeeded', async () => {
    const record = randomUUID();
    const job = await run(
      newAction('a1'),
      newUpdate('a2', record),
      newUpdate('a3', { fromAction: 'a1' }, ['a1']),
      newUpdate('a4', { fromAction: 'a1' }, ['a1']),
    );
    await job.end('a1', created(record));
    expect(await job.statuses()).toEqual({ a1: 'succeeded', a2: 'queued', a3: 'waiting', a4: 'waiting' });
    await job.end('a2', { status: 'succeeded' });
    expect(await job.statuses()).toMatchObject({ a3: 'queued', a4: 'waiting' });
  });

  it('keeps the attempt with what was read first, and binds the action to account and environment', async () => {
    const job = await run(newUpdate('a1', randomUUID()));
    const action = await job.take('a1');
    const before = { subject: 'old' };
    const attempt = attemptAt(action, { recordId: randomUUID(), etag: 'W/"1"', before });
    await lanes.begin(job.lease, attempt);
    const outcome: Outcome = { status: 'verifying', reason: 'outcome_unknown', nextAttemptInMs: 0 };
    await lanes.settle(job.lease, { actionId: action.id, attemptId: attempt.id, outcome });
    expect(await job.take('a1')).toMatchObject({
      status: 'verifying',
      attempts: 1,
      boundTo: { environmentId: 'environment-1', tenantId: 'tenant-1', subject: 'subject-1' },
      lastAttempt: { id: attempt.id, number: 1, recordId: attempt.recordId, etag: 'W/"1"', before },
    });
    expect(await lanes.begin(job.lease, attemptAt(action, { environmentId: 'environment-2' }))).toBe(false);
    expect(await lanes.begin(job.lease, attemptAt(action))).toBe(true);
  });

  it('takes one outcome for an action, and none twice', async () => {
    const job = await run(newAction('a1'));
    const action = await job.take('a1');
    await lanes.begin(job.lease, attemptAt(action));
    expect(await lanes.settle(job.lease, { actionId: action.id, outcome: created() })).toBe(true);
    expect(await lanes.settle(job.lease, { actionId: action.id, outcome: failed })).toBe(false);
    expect(await lanes.begin(job.lease, attemptAt(action))).toBe(false);
  });

  it('refuses a step that the state machine does not have', async () => {
    const job = await run(newAction('a1'));
    const action = await job.take('a1');
    await expect(lanes.settle(job.lease, { actionId: action.id, outcome: created() })).rejects.toThrow(
      "An action that is queued can't become succeeded.",
    );
  });

  it('leaves a write whose effect is not known in doubt, whatever forbids the next call', async () => {
    const job = await run(newAction('a1'));
    await job.end('a1', { status: 'verifying', reason: 'outcome_unknown', nextAttemptInMs: 0 });
    const action = await job.take('a1');
    expect(await lanes.settle(job.lease, { actionId: action.id, outcome: blocked })).toBe(true);
    expect(await job.statuses()).toEqual({ a1: 'verifying' });
    expect(await job.next()).toEqual([]);
  });

  it('appends an event for each change, without what people wrote', async () => {
    const job = await run(newAction('a1'), newAction('a2', { after: ['a1'] }));
    await job.end('a1', failed);
    const events: { data: unknown }[] = await ledger.work.query(
      "SELECT data FROM event WHERE data->>'jobId' = $1 ORDER BY entry",
      [job.jobId],
    );
    const common = { jobId: job.jobId, userId: job.userId };
    expect(events.map((event) => event.data)).toEqual([
      { ...common, key: 'a1', status: 'failed', reason: 'refused' },
      { ...common, key: 'a2', status: 'cancelled', reason: 'dependency_failed' },
    ]);
  });

  it('lets blocked actions go on once, when the cause is gone', async () => {
    const job = await run(newAction('a1'), newAction('a2'));
    const action = await job.take('a1');
    await lanes.settle(job.lease, { actionId: action.id, outcome: blocked });
    await job.end('a2', created());
    await job.next();
    expect(await lanes.release(job.lease)).toBe('freed');
    expect((await ledger.lane(job.lease.laneId)).due).toBeNull();

    const again = () => ledger.work.transaction((manager) => resume(manager, organization, job.userId));
    expect(await again()).toMatchObject({ laneId: job.lease.laneId, held: false });
    expect(await job.statuses()).toEqual({ a1: 'queued', a2: 'succeeded' });
    const lane = await ledger.lane(job.lease.laneId);
    expect(lane.due).not.toBeNull();
    expect(await again()).toBeUndefined();
    expect(await ledger.lane(job.lease.laneId)).toEqual(lane);
    const lease = await lanes.lease(job.lease.laneId);
    expect((await lanes.next(lease as Lease, 20)).map(({ key }) => key)).toEqual(['a1']);
  });

  it('cancels what has not been sent, and asks that what runs go no further', async () => {
    const job = await run(newAction('a1'), newAction('a2'), newAction('a3', { after: ['a2'] }));
    const a1 = await job.take('a1');
    await lanes.begin(job.lease, attemptAt(a1));
    const a2 = await job.take('a2');
    expect(await cancelJob(ledger.work, 'fabrikam', job.jobId)).toBeUndefined();
    expect(await cancelJob(ledger.work, organization, job.jobId)).toMatchObject({ held: true });
    expect(await job.statuses()).toEqual({ a1: 'running', a2: 'cancelled', a3: 'cancelled' });
    expect(await lanes.holds(job.lease, a1.id)).toBe(false);
    expect(await lanes.holds(job.lease, a2.id)).toBe(false);
    expect(await lanes.begin(job.lease, attemptAt(a2))).toBe(false);
    const outcome: Outcome = { status: 'retrying', reason: 'throttled', nextAttemptInMs: 1000 };
    expect(await lanes.settle(job.lease, { actionId: a1.id, outcome })).toBe(true);
    expect(await job.statuses()).toMatchObject({ a1: 'cancelled' });
    expect(await lanes.release(job.lease)).toBe('more');
  });

  it('keeps an outcome that took effect although it was cancelled', async () => {
    const job = await run(newAction('a1'));
    const action = await job.take('a1');
    await lanes.begin(job.lease, attemptAt(action));
    await cancelJob(ledger.work, organization, job.jobId);
    expect(await lanes.settle(job.lease, { actionId: action.id, outcome: created() })).toBe(true);
    expect(await job.statuses()).toEqual({ a1: 'succeeded' });
  });
});
