import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Outcome } from '../action/conclude.js';
import { attemptAt, newAction, newUpdate, organization } from '../fixture/ledger.js';
import { useLedger } from '../fixture/use-ledger.js';
import { resume } from './due.js';
import type { Lease } from './lease.js';

const failed: Outcome = { status: 'failed', reason: 'refused', message: 'Dynamics refused it.', code: '0x80040217' };
const blocked: Outcome = { status: 'blocked', reason: 'not_connected', message: 'Connect Dynamics.' };

describe('outcomes', () => {
  const on = useLedger();
  const created = (id = randomUUID()): Outcome => ({
    status: 'succeeded',
    record: { table: 'task', id, url: `https://x.example/main.aspx?id=${id}` },
  });

  it('gives what may start in the order of acceptance, with all that is needed to carry it out', async () => {
    const job = await on.run(newAction('a1'), newAction('a2'), newAction('a3', { after: ['a1'] }));
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
    const job = await on.run(newAction('a1'), newAction('a2'), newAction('a3', { after: ['a1', 'a2'] }));
    const id = randomUUID();
    await job.end('a1', created(id));
    expect(await job.statuses()).toEqual({ a1: 'succeeded', a2: 'queued', a3: 'waiting' });
    await job.end('a2', { status: 'succeeded', result: [] });
    expect(await job.next()).toEqual(['a3']);
    expect((await job.take('a3')).fromActions).toEqual({ a1: { table: 'task', id } });
  });

  it('cancels what can not happen any more, and nothing else', async () => {
    const job = await on.run(
      newAction('a1'),
      newAction('a2', { after: ['a1'] }),
      newAction('a3', { after: ['a2'] }),
      newAction('a4'),
    );
    await job.end('a1', failed);
    expect(await job.statuses()).toEqual({ a1: 'failed', a2: 'cancelled', a3: 'cancelled', a4: 'queued' });
    const reasons: { reason: string }[] = await on.ledger.work.query(
      "SELECT reason FROM action WHERE job_id = $1 AND status = 'cancelled'",
      [job.jobId],
    );
    expect(reasons).toEqual([{ reason: 'dependency_failed' }, { reason: 'dependency_failed' }]);
  });

  it('starts an update when the earlier write to its record is over, however that ended', async () => {
    const record = randomUUID();
    const job = await on.run(newUpdate('a1', record), newUpdate('a2', record), newUpdate('a3', record));
    expect(await job.next()).toEqual(['a1']);
    await job.end('a1', failed);
    expect(await job.statuses()).toEqual({ a1: 'failed', a2: 'queued', a3: 'waiting' });
  });

  it('knows a record by its id once the action that makes it has succeeded', async () => {
    const record = randomUUID();
    const job = await on.run(
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
    const job = await on.run(newUpdate('a1', randomUUID()));
    const action = await job.take('a1');
    const before = { subject: 'old' };
    const attempt = attemptAt(action, { recordId: randomUUID(), etag: 'W/"1"', before });
    await on.lanes.begin(job.lease, attempt);
    const outcome: Outcome = { status: 'verifying', reason: 'outcome_unknown', nextAttemptInMs: 0 };
    await on.lanes.settle(job.lease, { actionId: action.id, attemptId: attempt.id, outcome });
    expect(await job.take('a1')).toMatchObject({
      status: 'verifying',
      attempts: 1,
      boundTo: { environmentId: 'environment-1', tenantId: 'tenant-1', subject: 'subject-1' },
      lastAttempt: { id: attempt.id, number: 1, recordId: attempt.recordId, etag: 'W/"1"', before },
    });
    expect(await on.lanes.begin(job.lease, attemptAt(action, { environmentId: 'environment-2' }))).toBe(false);
    expect(await on.lanes.begin(job.lease, attemptAt(action))).toBe(true);
  });

  it('takes one outcome for an action, and none twice', async () => {
    const job = await on.run(newAction('a1'));
    const action = await job.take('a1');
    await on.lanes.begin(job.lease, attemptAt(action));
    expect(await on.lanes.settle(job.lease, { actionId: action.id, outcome: created() })).toBe(true);
    expect(await on.lanes.settle(job.lease, { actionId: action.id, outcome: failed })).toBe(false);
    expect(await on.lanes.begin(job.lease, attemptAt(action))).toBe(false);
  });

  it('refuses a step that the state machine does not have', async () => {
    const job = await on.run(newAction('a1'));
    const action = await job.take('a1');
    await expect(on.lanes.settle(job.lease, { actionId: action.id, outcome: created() })).rejects.toThrow(
      "An action that is queued can't become succeeded.",
    );
  });

  it('leaves a write whose effect is not known in doubt, whatever forbids the next call', async () => {
    const job = await on.run(newAction('a1'));
    await job.end('a1', { status: 'verifying', reason: 'outcome_unknown', nextAttemptInMs: 0 });
    const action = await job.take('a1');
    expect(await on.lanes.settle(job.lease, { actionId: action.id, outcome: blocked })).toBe(true);
    expect(await job.statuses()).toEqual({ a1: 'verifying' });
    expect(await job.next()).toEqual([]);
  });

  it('appends an event for each change, without what people wrote', async () => {
    const job = await on.run(newAction('a1'), newAction('a2', { after: ['a1'] }));
    await job.end('a1', failed);
    const events: { data: unknown }[] = await on.ledger.work.query(
      "SELECT data FROM event WHERE data->>'jobId' = $1 ORDER BY entry",
      [job.jobId],
    );
    const common = { jobId: job.jobId, userId: job.userId };
    expect(events.map((event) => event.data)).toEqual([
      { ...common, key: 'a1', status: 'running' },
      { ...common, key: 'a1', status: 'failed', reason: 'refused' },
      { ...common, key: 'a2', status: 'cancelled', reason: 'dependency_failed' },
    ]);
  });

  it('lets blocked actions go on once, when the cause is gone', async () => {
    const job = await on.run(newAction('a1'), newAction('a2'));
    const action = await job.take('a1');
    await on.lanes.settle(job.lease, { actionId: action.id, outcome: blocked });
    await job.end('a2', created());
    await job.next();
    expect(await on.lanes.release(job.lease)).toBe('freed');

    const again = () => on.ledger.work.transaction((manager) => resume(manager, organization, job.userId));
    expect(await again()).toMatchObject({ laneId: job.lease.laneId, held: false });
    expect(await job.statuses()).toEqual({ a1: 'queued', a2: 'succeeded' });
    const lane = await on.ledger.lane(job.lease.laneId);
    expect(lane.due?.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
    expect(await again()).toBeUndefined();
    expect(await on.ledger.lane(job.lease.laneId)).toEqual(lane);
    const lease = await on.lanes.lease(job.lease.laneId);
    expect((await on.lanes.next(lease as Lease, 20)).map(({ key }) => key)).toEqual(['a1']);
  });
});
