import { cancelJob } from '@bliro/ledger';
import { describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@bliro/testing';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { create, read, useWorker } from '../fixture/use-worker.js';

const on = useWorker();

describe('without permission', () => {
  it('a denied action sends nothing', async () => {
    on.system.answers.decide = () => ({ effect: 'deny', reason: 'tool_not_available', message: 'Not available.' });
    const { jobId } = await on.run(create({ subject: 'x' }));
    expect(await on.system.action(jobId)).toMatchObject({
      status: 'denied',
      reason: 'tool_not_available',
      message: 'Not available.',
      attempts: 0,
    });
    expect(on.system.answers.grants).toEqual([]);
    expect(await on.system.taskRequests()).toEqual([]);
  });

  it('an asked action waits for its approval', async () => {
    on.system.answers.decide = () => ({ effect: 'ask', reason: 'asked' });
    const { jobId } = await on.run(create({ subject: 'x' }));
    expect((await on.system.action(jobId)).status).toBe('awaiting_approval');
  });

  it.each([
    ['not_connected', 'blocked'],
    ['reconnect_required', 'blocked'],
    ['environment_required', 'blocked'],
    ['unavailable', 'retrying'],
  ] as const)('a token refused as %s leaves the action %s', async (code, status) => {
    on.system.answers.token = () => ({ refused: { code, message: 'No token.', retryAfterMs: 60_000 } });
    const { jobId } = await on.run(create({ subject: 'x' }));
    expect(await on.system.action(jobId)).toMatchObject({ status, message: 'No token.', attempts: 0 });
    expect(await on.system.taskRequests()).toEqual([]);
  });

  it('an action begun in one environment is not sent to another', async () => {
    await on.system.fault({ kind: 'status', status: 429, retryAfter: 0 });
    const { jobId, laneId } = await on.system.accept(create({ subject: 'Bound' }));
    on.system.answers.decide = (() => {
      let times = 0;
      return () => {
        times += 1;
        if (times > 1) on.system.connectAs('ada@contoso.example', { environmentId: randomUUID() });
        return {};
      };
    })();
    await on.worker.runner.run(laneId);
    expect(await on.system.action(jobId)).toMatchObject({
      status: 'blocked',
      reason: 'environment_changed',
      attempts: 1,
    });
  });

  it('one that was allowed and is denied before its call sends nothing', async () => {
    let times = 0;
    on.system.answers.decide = () =>
      times++ === 0 ? {} : { effect: 'deny', reason: 'tool_not_available', message: 'No.' };
    // A clock on which each look is a second later: every permit is over at once.
    let now = 0;
    const slow = await on.system.worker({ clock: () => (now += 1_000) });
    const { jobId, laneId } = await on.system.accept(create({ subject: 'x' }));
    await slow.runner.run(laneId);
    expect(await on.system.action(jobId)).toMatchObject({ status: 'denied', attempts: 0 });
    expect(await on.system.taskRequests()).toEqual([]);
    const ids = on.system.answers.asked.map(({ questions }) => questions[0]?.decisionId);
    expect(new Set(ids).size).toBe(1);
    expect(ids).toHaveLength(2);
    await slow.leave();
  });
});

/** Does something before the first token is given, when its action has been permitted. */
function beforeFirstToken(doIt: () => Promise<void>): void {
  const { token } = on.system.answers;
  let first: Promise<void> | undefined;
  on.system.answers.token = async (grant) => {
    await (first ??= doIt());
    return token(grant);
  };
}

const loseFence = (laneId: string) =>
  on.system.asAdmin('UPDATE crm.lane SET fence = fence + 1 WHERE id = $1', [laneId]);

describe('between a permit and its call', () => {
  it.each<[string, (job: { jobId: string; laneId: string }) => Promise<unknown>]>([
    ['a cancel', ({ jobId }) => cancelJob(on.system.work, 'contoso', jobId)],
    ['a lost fence', ({ laneId }) => loseFence(laneId)],
  ])('%s keeps the call from being made', async (_name, stop) => {
    let now = 0;
    const worker = await on.system.worker({ clock: () => now });
    const accepted = await on.system.accept(read({ where: { subject: 'x' }, columns: ['subject'] }));
    beforeFirstToken(async () => {
      await stop(accepted);
      now = 501;
    });
    const before = await on.system.dataverseRequests();
    await worker.runner.run(accepted.laneId);
    expect(on.system.answers.grants).toHaveLength(1);
    expect(await on.system.dataverseRequests()).toBe(before);
    expect((await on.system.action(accepted.jobId)).attempts).toBe(0);
    await worker.leave();
  });

  it('a renewal of the lease that is refused does so too, however fresh the permit is', async () => {
    const worker = await on.system.worker({ clock: () => 0 });
    const { lanes } = worker.membership;
    if (lanes === undefined) throw new Error('expected to have joined');
    const renew = jest.spyOn(lanes, 'renew');
    const timers = jest.spyOn(globalThis, 'setInterval');
    const { jobId, laneId } = await on.system.accept(read({ where: { subject: 'x' }, columns: ['subject'] }));
    beforeFirstToken(async () => {
      await loseFence(laneId);
      const [renewal] = timers.mock.calls.find(([, ms]) => ms === 5_000) ?? [];
      renewal?.();
      expect(await renew.mock.results[0]?.value).toBe(false);
    });
    const before = await on.system.dataverseRequests();
    await worker.runner.run(laneId);
    jest.restoreAllMocks();
    expect(on.system.answers.grants).toHaveLength(1);
    expect(await on.system.dataverseRequests()).toBe(before);
    expect(await on.system.action(jobId)).toMatchObject({ status: 'queued', attempts: 0 });
    await worker.leave();
  });
});

describe('a slice', () => {
  it('ends after twenty actions: the next one is run with a token of its own', async () => {
    // Time doesn't end it, nor any permit.
    const worker = await on.system.worker({ clock: () => 0 });
    const one = read({ where: { subject: 'x' }, columns: ['subject'] });
    const many = Array.from({ length: 21 }, (_, at) => ({ ...one, key: `a${at + 1}` }));
    const { jobId, laneId } = await on.system.accept(...many);
    await worker.runner.run(laneId);
    const statuses = async () => (await on.system.job(jobId)).actions.map(({ status }) => status);
    expect(await statuses()).toEqual([...Array.from({ length: 20 }, () => 'succeeded'), 'queued']);
    expect(on.system.answers.grants).toHaveLength(1);
    expect(on.system.woken).toEqual([laneId]);
    await worker.runner.run(laneId);
    expect((await statuses()).at(-1)).toBe('succeeded');
    expect(on.system.answers.grants).toHaveLength(2);
    await worker.leave();
  });

  it('starts nothing more after ten seconds', async () => {
    let now = 0;
    const worker = await on.system.worker({ clock: () => now });
    const { jobId, laneId } = await on.system.accept(create({ subject: 'In time' }), create({ subject: 'Late' }, 'a2'));
    beforeFirstToken(() => {
      now = 10_000;
      return Promise.resolve();
    });
    await worker.runner.run(laneId);
    expect((await on.system.job(jobId)).actions.map(({ status }) => status)).toEqual(['succeeded', 'queued']);
    expect(on.system.woken).toEqual([laneId]);
    await worker.leave();
  });
});

describe('a cancel of what was sent already', () => {
  it('lets no further call start, and says that the outcome is not known', async () => {
    await on.system.fault({ kind: 'dropBeforeCommit' }, { method: 'POST' });
    const { jobId, laneId } = await on.run(create({ subject: 'Called off' }));
    expect((await on.system.action(jobId)).status).toBe('verifying');
    await on.system.taskRequests();
    await cancelJob(on.system.work, 'contoso', jobId);
    await on.worker.runner.run(laneId);
    expect(await on.system.action(jobId)).toMatchObject({ status: 'failed', reason: 'outcome_unknown', attempts: 1 });
    expect(await on.system.taskRequests()).toEqual([]);
  });
});

describe('our own outages', () => {
  it('leave the action queued and the lane due', async () => {
    on.system.answers.down = true;
    const { jobId, laneId } = await on.run(create({ subject: 'Patience' }));
    expect(await on.system.action(jobId)).toMatchObject({ status: 'queued', attempts: 0 });
    on.system.answers.down = false;
    await eventually(async () => {
      await on.worker.runner.run(laneId);
      return (await on.system.action(jobId)).status === 'succeeded' ? true : undefined;
    });
  });
});

describe('trouble with one lane', () => {
  it('holds up no other, and that one rests for a lease', async () => {
    const troubled = await on.system.accept(create({ subject: 'Without a grant' }));
    on.system.answers.userId = randomUUID();
    await on.worker.runner.run(troubled.laneId);
    expect(await on.system.action(troubled.jobId)).toMatchObject({ status: 'queued', attempts: 0 });
    const alarm = on.worker.lines.find((line) => line['alarm'] === 'lane_in_trouble');
    expect(alarm).toMatchObject({ laneId: troubled.laneId, organization: expect.any(String) });
    const { jobId } = await on.run(create({ subject: 'The neighbour' }));
    expect((await on.system.action(jobId)).status).toBe('succeeded');
    const [lane] = await on.system.work.query<{ due: Date }[]>('SELECT due FROM lane WHERE id = $1', [troubled.laneId]);
    expect(lane?.due.getTime()).toBeGreaterThan(Date.now() + 5_000);
  });
});

describe('faults at Microsoft', () => {
  it('throttling puts the action off until Retry-After', async () => {
    await on.system.fault({ kind: 'status', status: 429, retryAfter: 30 });
    const before = Date.now();
    const { jobId } = await on.run(create({ subject: 'x' }));
    const { status, reason, nextAttemptAt } = await on.system.action(jobId);
    expect({ status, reason }).toEqual({ status: 'retrying', reason: 'throttled' });
    expect(Date.parse(nextAttemptAt ?? '')).toBeGreaterThanOrEqual(before + 30_000);
  });

  it('a 503 leaves a read retrying and a write verifying', async () => {
    await on.system.fault({ kind: 'status', status: 503 }, { method: 'GET' });
    const { jobId: reading } = await on.run(read({ where: { subject: 'x' } }));
    expect((await on.system.action(reading)).status).toBe('retrying');
    await on.system.fault({ kind: 'status', status: 503 }, { method: 'POST' });
    const { jobId: writing } = await on.run(create({ subject: 'x' }));
    expect((await on.system.action(writing)).status).toBe('verifying');
  });
});

describe('a lost lock', () => {
  it('lets no call start, and is taken again', async () => {
    const { membership, runner } = on.worker;
    const before = membership.lanes;
    const asWorker = new Client({ connectionString: on.system.database.urls.crmWorker });
    await asWorker.connect();
    await asWorker.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'bliro-crm-holder' AND datname = current_database()`,
    );
    await asWorker.end();
    await eventually(() => Promise.resolve(membership.alive ? undefined : true));
    const { jobId, laneId } = await on.system.accept(create({ subject: 'Later' }));
    await runner.run(laneId);
    expect(await on.system.action(jobId)).toMatchObject({ status: 'queued', attempts: 0 });
    await membership.join();
    expect(membership.lanes).not.toBe(before);
    await runner.run(laneId);
    expect((await on.system.action(jobId)).status).toBe('succeeded');
  });
});

describe('a stop', () => {
  it('starts no further call and gives the lane back, due', async () => {
    await on.system.fault({ kind: 'delay', ms: 400 });
    const { jobId, laneId } = await on.system.accept(create({ subject: 'Runs' }), create({ subject: 'Waits' }, 'a2'));
    const running = on.worker.runner.run(laneId);
    await eventually(async () => ((await on.system.action(jobId)).status === 'running' ? true : undefined));
    await on.worker.runner.stop(5_000);
    await running;
    const statuses = (await on.system.job(jobId)).actions.map(({ status }) => status);
    expect(statuses).toEqual(['succeeded', 'queued']);
    const [lane] = await on.system.work.query<{ holder: string | null; due: Date }[]>(
      'SELECT holder, due FROM lane WHERE id = $1',
      [laneId],
    );
    expect(lane?.holder).toBeNull();
    expect(lane?.due.getTime()).toBeLessThanOrEqual(Date.now());
  });

  it('ends calls that take too long; a write among them is verified later', async () => {
    await on.system.fault({ kind: 'delayAfterCommit', ms: 10_000 });
    const { jobId, laneId } = await on.system.accept(create({ subject: 'Slow' }));
    const running = on.worker.runner.run(laneId);
    await eventually(async () =>
      (await on.system.tasks()).some((row) => row['subject'] === 'Slow') ? true : undefined,
    );
    await on.worker.runner.stop(50);
    await running;
    expect((await on.system.action(jobId)).status).toBe('verifying');
  });
});
