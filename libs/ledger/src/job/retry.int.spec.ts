import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Outcome } from '../action/conclude.js';
import { attemptAt, newAction, newUpdate, organization } from '../fixture/ledger.js';
import { useLedger } from '../fixture/use-ledger.js';
import { cancelJob } from './cancel.js';
import { retryAction } from './retry.js';

const failed: Outcome = { status: 'failed', reason: 'refused', message: 'Dynamics refused it.', code: '0x80040217' };
const doubtful: Outcome = { status: 'verifying', reason: 'outcome_unknown', nextAttemptInMs: 0 };
const succeeded: Outcome = { status: 'succeeded' };
const on = useLedger();
const retry = (jobId: string, key = 'a1') => retryAction(on.ledger.work, organization, jobId, key);

describe('a retry', () => {
  it('opens an ended action again with what was cancelled because of it, in a lane that was done', async () => {
    const job = await on.run(newAction('a1'), newAction('a2', { after: ['a1'] }), newAction('a3', { after: ['a2'] }));
    await job.end('a1', failed);
    expect(await on.lanes.release(job.lease)).toBe('freed');
    expect(await on.ledger.lane(job.lease.laneId)).toMatchObject({ due: null });
    expect(await retry(job.jobId)).toMatchObject({ kind: 'retried', held: false });
    expect(await job.statuses()).toEqual({ a1: 'queued', a2: 'waiting', a3: 'waiting' });
    const lease = await on.lanes.lease(job.lease.laneId);
    if (!lease) throw new Error('expected to get the lease');
    const [action] = await on.lanes.next(lease, 20);
    expect(action).toMatchObject({ key: 'a1', status: 'queued', attempts: 1 });
    expect(action).not.toHaveProperty('boundTo');
    expect(action).not.toHaveProperty('lastAttempt');
    const elsewhere = attemptAt({ id: action?.id ?? '' }, { environmentId: 'environment-2' });
    expect(await on.lanes.begin(lease, elsewhere)).toBe(true);
  });

  it('leaves cancelled what still comes after something lost', async () => {
    const job = await on.run(newAction('a1'), newAction('a2'), newAction('a3', { after: ['a1', 'a2'] }));
    await job.end('a1', failed);
    await job.end('a2', failed);
    await retry(job.jobId, 'a1');
    expect(await job.statuses()).toEqual({ a1: 'queued', a2: 'failed', a3: 'cancelled' });
    expect(await retry(job.jobId, 'a3')).toEqual({ kind: 'held_back' });
    await retry(job.jobId, 'a2');
    expect(await job.statuses()).toEqual({ a1: 'queued', a2: 'queued', a3: 'waiting' });
  });

  it('waits for an earlier write to the same record', async () => {
    const record = randomUUID();
    const job = await on.run(newUpdate('a1', record), newUpdate('a2', record));
    await job.end('a1', failed);
    await job.end('a2', failed);
    await retry(job.jobId, 'a1');
    await retry(job.jobId, 'a2');
    expect(await job.statuses()).toEqual({ a1: 'queued', a2: 'waiting' });
  });

  it('binds a blocked action anew', async () => {
    const job = await on.run(newAction('a1'));
    await job.end('a1', { status: 'blocked', reason: 'environment_changed', message: 'Another one.' });
    expect((await retry(job.jobId)).kind).toBe('retried');
    expect(await job.take('a1')).not.toHaveProperty('boundTo');
  });

  it('never sends elsewhere what may have taken effect', async () => {
    const job = await on.run(newAction('a1'));
    await job.end('a1', doubtful);
    await cancelJob(on.ledger.work, organization, job.jobId);
    await on.lanes.settle(job.lease, { actionId: (await job.take('a1')).id, outcome: doubtful });
    expect(await job.state('a1')).toEqual({ status: 'failed', reason: 'outcome_unknown' });
    await retry(job.jobId);
    const action = await job.take('a1');
    expect(action).toMatchObject({ status: 'verifying', cancelRequested: false });
    expect(await on.lanes.begin(job.lease, attemptAt(action, { environmentId: 'environment-2' }))).toBe(false);
    expect(await on.lanes.begin(job.lease, attemptAt(action))).toBe(true);
  });

  it('changes nothing of what goes on by itself, has succeeded or is not there', async () => {
    const job = await on.run(newAction('a1'), newAction('a2'));
    await job.end('a1', succeeded);
    const before = await job.statuses();
    expect(await retry(job.jobId, 'a1')).toEqual({ kind: 'succeeded' });
    expect(await retry(job.jobId, 'a2')).toEqual({ kind: 'open' });
    expect(await retry(job.jobId, 'a3')).toEqual({ kind: 'unknown' });
    expect(await retryAction(on.ledger.work, 'fabrikam', job.jobId, 'a2')).toEqual({ kind: 'unknown' });
    expect(await job.statuses()).toEqual(before);
  });
});
