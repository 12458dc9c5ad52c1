import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Outcome } from '../action/conclude.js';
import { attemptAt, newAction, organization } from '../fixture/ledger.js';
import { useLedger } from '../fixture/use-ledger.js';
import { cancelJob } from '../job/cancel.js';

const blocked: Outcome = { status: 'blocked', reason: 'not_connected', message: 'Connect Dynamics.' };
const doubtful: Outcome = { status: 'verifying', reason: 'outcome_unknown', nextAttemptInMs: 60_000 };
const created: Outcome = { status: 'succeeded', record: { table: 'task', id: randomUUID(), url: 'https://x.example' } };
const on = useLedger();

describe('a cancel', () => {
  it('cancels what has not been sent, and asks that what runs go no further', async () => {
    const job = await on.run(newAction('a1'), newAction('a2'), newAction('a3', { after: ['a2'] }));
    const a1 = await job.take('a1');
    await on.lanes.begin(job.lease, attemptAt(a1));
    const a2 = await job.take('a2');
    expect(await cancelJob(on.ledger.work, 'fabrikam', job.jobId)).toBeUndefined();
    expect(await cancelJob(on.ledger.work, organization, job.jobId)).toMatchObject({ held: true });
    expect(await job.statuses()).toEqual({ a1: 'running', a2: 'cancelled', a3: 'cancelled' });
    expect(await on.lanes.holds(job.lease, a1.id)).toBe(false);
    expect(await on.lanes.holds(job.lease, a2.id)).toBe(false);
    expect(await on.lanes.begin(job.lease, attemptAt(a2))).toBe(false);
    const outcome: Outcome = { status: 'retrying', reason: 'throttled', nextAttemptInMs: 1000 };
    expect(await on.lanes.settle(job.lease, { actionId: a1.id, outcome })).toBe(true);
    expect(await job.statuses()).toMatchObject({ a1: 'cancelled' });
    expect(await on.lanes.release(job.lease)).toBe('more');
  });

  it('makes no further call for what was cancelled with its effect unknown, and says that it is', async () => {
    const job = await on.run(newAction('a1'), newAction('a2', { after: ['a1'] }));
    await job.end('a1', doubtful);
    expect(await job.next()).toEqual([]);
    await cancelJob(on.ledger.work, organization, job.jobId);
    expect(await job.statuses()).toEqual({ a1: 'verifying', a2: 'cancelled' });
    const action = await job.take('a1');
    expect(action.cancelRequested).toBe(true);
    expect(await on.lanes.holds(job.lease, action.id)).toBe(false);
    expect(await on.lanes.begin(job.lease, attemptAt(action))).toBe(false);
    await on.lanes.settle(job.lease, { actionId: action.id, outcome: doubtful });
    expect(await job.state('a1')).toEqual({ status: 'failed', reason: 'outcome_unknown' });
  });

  it('ends what was cancelled and whose answer is lost as unknown', async () => {
    const job = await on.run(newAction('a1'));
    const action = await job.take('a1');
    await on.lanes.begin(job.lease, attemptAt(action));
    await cancelJob(on.ledger.work, organization, job.jobId);
    await on.lanes.settle(job.lease, { actionId: action.id, outcome: doubtful });
    expect(await job.state('a1')).toEqual({ status: 'failed', reason: 'outcome_unknown' });
  });

  it('keeps an outcome that took effect although it was cancelled', async () => {
    const job = await on.run(newAction('a1'));
    const action = await job.take('a1');
    await on.lanes.begin(job.lease, attemptAt(action));
    await cancelJob(on.ledger.work, organization, job.jobId);
    expect(await on.lanes.settle(job.lease, { actionId: action.id, outcome: created })).toBe(true);
    expect(await job.statuses()).toEqual({ a1: 'succeeded' });
  });
});

describe('work that waited too long', () => {
  it('lets what is blocked expire after 72 hours, and what comes after it is cancelled', async () => {
    const job = await on.run(newAction('a1'), newAction('a2', { after: ['a1'] }));
    const action = await job.take('a1');
    await on.lanes.settle(job.lease, { actionId: action.id, outcome: blocked });
    await job.next();
    expect(await on.lanes.release(job.lease)).toBe('freed');
    const { due } = await on.ledger.lane(job.lease.laneId);
    const hours = ((due?.getTime() ?? 0) - Date.now()) / 3_600_000;
    expect(Math.round(hours)).toBe(72);
    await on.longAgo('action', 'changed_at', 'id', action.id);
    await on.longAgo('lane', 'due', 'id', job.lease.laneId);
    expect(await on.lanes.lease(job.lease.laneId)).toBeDefined();
    expect(await job.statuses()).toEqual({ a1: 'expired', a2: 'cancelled' });
    expect(await job.state('a1')).toEqual({ status: 'expired', reason: 'blocked_too_long' });
  });

  it('gives up on a write in doubt when no call was permitted for 72 hours', async () => {
    const job = await on.run(newAction('a1'));
    await job.end('a1', { ...doubtful, nextAttemptInMs: 0 });
    const action = await job.take('a1');
    await on.longAgo('attempt', 'started_at', 'action_id', action.id);
    await on.lanes.settle(job.lease, { actionId: action.id, outcome: blocked });
    expect(await job.state('a1')).toEqual({ status: 'failed', reason: 'outcome_unknown' });
  });
});
