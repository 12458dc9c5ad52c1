import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@bliro/testing';
import { randomUUID } from 'node:crypto';
import { World, type Asked } from '../fixture/world.js';

let world: World;
let worker: Awaited<ReturnType<World['worker']>>;

beforeAll(async () => {
  world = await World.start();
}, 30_000);
afterAll(() => world.stop());
beforeEach(async () => {
  await world.fresh();
  worker = await world.worker();
  await world.taskRequests();
});
afterEach(() => worker.leave());

const create = (fields: Record<string, unknown>, key = 'a1'): Asked => ({
  key,
  tool: 'create_task',
  input: { fields },
});
const update = (id: unknown, fields: Record<string, unknown>, more: object = {}): Asked => ({
  key: 'a1',
  tool: 'update_task',
  input: { id, fields, ...more },
});
const read = (input: object): Asked => ({ key: 'a1', tool: 'read_task', input });

async function run(...actions: Asked[]) {
  const accepted = await world.accept(...actions);
  await worker.runner.run(accepted.laneId);
  return accepted;
}

/** A row that is there before the test. */
async function existing(fields: Record<string, unknown> = {}): Promise<string> {
  const id = randomUUID();
  const { jobId } = await run(create({ subject: `Row ${id}`, ...fields }));
  await world.taskRequests();
  return (await world.action(jobId)).record?.id ?? '';
}

const rowOf = async (id: string | undefined) => (await world.tasks()).filter((row) => row['activityid'] === id);

describe('a create', () => {
  it('makes the record, under an id that was stored first, and says where it is', async () => {
    const subject = `Send the quote ${randomUUID()}`;
    const { jobId } = await run(create({ subject, prioritycode: 'High', scheduledend: '2026-03-01T09:30:00+01:00' }));
    const { status, record, attempts, decisionId } = await world.action(jobId);
    expect({ status, attempts }).toEqual({ status: 'succeeded', attempts: 1 });
    expect(record?.url).toBe(`${world.environment.url}/main.aspx?etn=task&pagetype=entityrecord&id=${record?.id}`);
    expect(decisionId).toBe(world.answers.asked[0]?.questions[0]?.decisionId);
    expect(await rowOf(record?.id)).toEqual([
      expect.objectContaining({ subject, prioritycode: 2, scheduledend: '2026-03-01T08:30:00Z' }),
    ]);
    expect((await world.job(jobId)).status).toBe('done');
  });

  it('is made once when its answer is lost', async () => {
    await world.fault({ kind: 'dropAfterCommit' });
    const { jobId, laneId } = await run(create({ subject: 'Lost' }));
    expect((await world.action(jobId)).status).toBe('verifying');
    const action = await eventually(async () => {
      await worker.runner.run(laneId);
      const now = await world.action(jobId);
      return now.status === 'succeeded' ? now : undefined;
    });
    expect(await rowOf(action.record?.id)).toHaveLength(1);
    expect(await world.taskRequests()).toEqual(['POST 201 committed', 'POST 412', 'GET 200'].map(anyStatus));
    expect(world.answers.asked.map(({ purpose }) => purpose)).toEqual(['run', 'verify']);
  });

  it('is made once when its worker dies after the commit', async () => {
    await world.fault({ kind: 'delayAfterCommit', ms: 1_500 });
    const { jobId, laneId } = await world.accept(create({ subject: 'Orphan' }));
    const dying = worker.runner.run(laneId);
    await eventually(async () => ((await world.tasks()).some((row) => row['subject'] === 'Orphan') ? true : undefined));
    await worker.membership.leave();
    const successor = await world.worker();
    await successor.runner.run(laneId);
    const { status, record } = await world.action(jobId);
    expect(status).toBe('succeeded');
    expect(await rowOf(record?.id)).toHaveLength(1);
    await dying;
    await successor.leave();
  });

  it('fails with a sentence where the user may not', async () => {
    world.connectAs('eve@contoso.example');
    const { jobId } = await run(create({ subject: 'No' }));
    const action = await world.action(jobId);
    expect(action).toMatchObject({ status: 'failed', reason: 'not_permitted_in_dynamics' });
    expect(action.message).toMatch(/prvCreateTask|prvCreateActivity/);
  });

  it('fails with a sentence where the environment does not take a value, and nothing is sent', async () => {
    const { jobId } = await run(create({ subject: 'x', prioritycode: 'urgent' }));
    expect(await world.action(jobId)).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('High (2)'),
      attempts: 0,
    });
    expect(await world.taskRequests()).toEqual([]);
  });

  it('binds the record of another action, after that one', async () => {
    const account: Asked = { key: 'a1', tool: 'create_account', input: { fields: { name: 'Adventure Works' } } };
    const task = create({ subject: 'About', regardingobjectid: { fromAction: 'a1' } }, 'a2');
    const { jobId, laneId } = await world.accept(account, { ...task, after: ['a1'] });
    await worker.runner.run(laneId);
    const [made, bound] = (await world.job(jobId)).actions;
    expect(bound?.status).toBe('succeeded');
    expect((await rowOf(bound?.record?.id))[0]).toMatchObject({ regardingobjectid: made?.record?.id });
  });
});

describe('an update', () => {
  it('changes the columns that it names', async () => {
    const id = await existing();
    const { jobId } = await run(update(id, { subject: 'New' }));
    expect(await world.action(jobId)).toMatchObject({ status: 'succeeded', record: { table: 'task', id } });
    expect(await rowOf(id)).toEqual([expect.objectContaining({ subject: 'New' })]);
    expect(await world.taskRequests()).toEqual(['GET 200', 'PATCH 204 committed']);
  });

  it('overwrites nothing that somebody else wrote meanwhile', async () => {
    const id = await existing({ subject: 'Old' });
    await world.fault({ kind: 'delay', ms: 400 }, { method: 'PATCH' });
    const { jobId, laneId } = await world.accept(update(id, { subject: 'Ours' }));
    const running = worker.runner.run(laneId);
    await eventually(async () => ((await world.action(jobId)).status === 'running' ? true : undefined));
    await world.change(id, { subject: 'Theirs' });
    await running;
    expect(await world.action(jobId)).toMatchObject({ status: 'failed', reason: 'conflict' });
    expect((await world.action(jobId)).message).toContain('subject');
    expect(await rowOf(id)).toEqual([expect.objectContaining({ subject: 'Theirs' })]);
  });

  it('goes again where somebody changed other columns meanwhile', async () => {
    const id = await existing({ subject: 'Old' });
    await world.fault({ kind: 'delay', ms: 400 }, { method: 'PATCH' });
    const { jobId, laneId } = await world.accept(update(id, { subject: 'Ours' }));
    const running = worker.runner.run(laneId);
    await eventually(async () => ((await world.action(jobId)).status === 'running' ? true : undefined));
    await world.change(id, { description: 'Theirs' });
    await running;
    expect(await world.action(jobId)).toMatchObject({ status: 'succeeded', attempts: 2 });
    expect(await rowOf(id)).toEqual([expect.objectContaining({ subject: 'Ours', description: 'Theirs' })]);
  });

  it('whose answer was lost is found applied, and not written again over a later change of other columns', async () => {
    const id = await existing({ subject: 'Old' });
    await world.fault({ kind: 'dropAfterCommit' }, { method: 'PATCH' });
    const { jobId, laneId } = await run(update(id, { subject: 'Ours' }));
    expect((await world.action(jobId)).status).toBe('verifying');
    await world.change(id, { description: 'Theirs' });
    await eventually(async () => {
      await worker.runner.run(laneId);
      return (await world.action(jobId)).status === 'succeeded' ? true : undefined;
    });
    const committed = (await world.taskRequests()).filter(
      (request) => request.startsWith('PATCH') && request.endsWith('committed'),
    );
    expect(committed).toHaveLength(1);
  });

  it('keeps to ifUnchangedSince', async () => {
    const id = await existing();
    const { jobId } = await run(update(id, { subject: 'x' }, { ifUnchangedSince: '2020-01-01T00:00:00Z' }));
    expect(await world.action(jobId)).toMatchObject({ status: 'failed', reason: 'conflict', attempts: 0 });
    expect(await world.taskRequests()).toEqual(['GET 200']);
  });

  it('of a record that is not there fails', async () => {
    const { jobId } = await run(update(randomUUID(), { subject: 'x' }));
    expect(await world.action(jobId)).toMatchObject({ status: 'failed', reason: 'not_found', code: '0x80040217' });
  });
});

describe('a read', () => {
  it('returns the columns that the decision names, by id', async () => {
    const id = await existing({ subject: 'Read me', prioritycode: 2, description: 'hidden from the tool' });
    world.answers.decide = () => ({ allFields: false, fields: ['subject', 'prioritycode'] });
    const { jobId } = await run(read({ id }));
    const { result, status } = await world.action(jobId);
    expect(status).toBe('succeeded');
    expect(result).toEqual([{ activityid: id, subject: 'Read me', prioritycode: { value: 2, label: 'High' } }]);
  });

  it('finds by equality', async () => {
    const subject = `Find 'me' ${randomUUID()}`;
    const id = await existing({ subject });
    const { jobId } = await run(read({ where: { subject }, columns: ['subject'], top: 2 }));
    expect((await world.action(jobId)).result).toEqual([{ activityid: id, subject }]);
  });
});

describe('without permission', () => {
  it('a denied action sends nothing', async () => {
    world.answers.decide = () => ({ effect: 'deny', reason: 'tool_not_available', message: 'Not available.' });
    const { jobId } = await run(create({ subject: 'x' }));
    expect(await world.action(jobId)).toMatchObject({
      status: 'denied',
      reason: 'tool_not_available',
      message: 'Not available.',
      attempts: 0,
    });
    expect(world.answers.grants).toEqual([]);
    expect(await world.taskRequests()).toEqual([]);
  });

  it('an asked action waits for its approval', async () => {
    world.answers.decide = () => ({ effect: 'ask', reason: 'asked' });
    const { jobId } = await run(create({ subject: 'x' }));
    expect((await world.action(jobId)).status).toBe('awaiting_approval');
  });

  it.each([
    ['not_connected', 'blocked'],
    ['reconnect_required', 'blocked'],
    ['environment_required', 'blocked'],
    ['unavailable', 'retrying'],
  ] as const)('a token refused as %s leaves the action %s', async (code, status) => {
    world.answers.token = () => ({ refused: { code, message: 'No token.', retryAfterMs: 60_000 } });
    const { jobId } = await run(create({ subject: 'x' }));
    expect(await world.action(jobId)).toMatchObject({ status, message: 'No token.', attempts: 0 });
    expect(await world.taskRequests()).toEqual([]);
  });

  it('an action begun in one environment is not sent to another', async () => {
    await world.fault({ kind: 'status', status: 429, retryAfter: 0 });
    const { jobId, laneId } = await world.accept(create({ subject: 'Bound' }));
    world.answers.decide = (() => {
      let times = 0;
      return () => {
        times += 1;
        if (times > 1) world.connectAs('ada@contoso.example', { environmentId: randomUUID() });
        return {};
      };
    })();
    await worker.runner.run(laneId);
    expect(await world.action(jobId)).toMatchObject({ status: 'blocked', reason: 'environment_changed', attempts: 1 });
  });

  it('one that was allowed and is denied before its call sends nothing', async () => {
    let times = 0;
    world.answers.decide = () =>
      times++ === 0 ? {} : { effect: 'deny', reason: 'tool_not_available', message: 'No.' };
    // A clock on which each look is a second later: every permit is over at once.
    let now = 0;
    const slow = await world.worker({ clock: () => (now += 1_000) });
    const { jobId, laneId } = await world.accept(create({ subject: 'x' }));
    await slow.runner.run(laneId);
    expect(await world.action(jobId)).toMatchObject({ status: 'denied', attempts: 0 });
    expect(await world.taskRequests()).toEqual([]);
    const ids = world.answers.asked.map(({ questions }) => questions[0]?.decisionId);
    expect(new Set(ids).size).toBe(1);
    expect(ids).toHaveLength(2);
    await slow.leave();
  });
});

describe('our own outages', () => {
  it('leave the action queued and the lane due', async () => {
    world.answers.down = true;
    const { jobId, laneId } = await run(create({ subject: 'Patience' }));
    expect(await world.action(jobId)).toMatchObject({ status: 'queued', attempts: 0 });
    world.answers.down = false;
    await eventually(async () => {
      await worker.runner.run(laneId);
      return (await world.action(jobId)).status === 'succeeded' ? true : undefined;
    });
  });
});

describe('trouble with one lane', () => {
  it('holds up no other, and that one rests for a lease', async () => {
    const troubled = await world.accept(create({ subject: 'Without a grant' }));
    world.answers.userId = randomUUID();
    await worker.runner.run(troubled.laneId);
    expect(await world.action(troubled.jobId)).toMatchObject({ status: 'queued', attempts: 0 });
    const { jobId } = await run(create({ subject: 'The neighbour' }));
    expect((await world.action(jobId)).status).toBe('succeeded');
    const [lane] = await world.work.query<{ due: Date }[]>('SELECT due FROM lane WHERE id = $1', [troubled.laneId]);
    expect(lane?.due.getTime()).toBeGreaterThan(Date.now() + 5_000);
  });
});

describe('faults at Microsoft', () => {
  it('throttling puts the action off until Retry-After', async () => {
    await world.fault({ kind: 'status', status: 429, retryAfter: 30 });
    const before = Date.now();
    const { jobId } = await run(create({ subject: 'x' }));
    const { status, reason, nextAttemptAt } = await world.action(jobId);
    expect({ status, reason }).toEqual({ status: 'retrying', reason: 'throttled' });
    expect(Date.parse(nextAttemptAt ?? '')).toBeGreaterThanOrEqual(before + 30_000);
  });

  it('a 503 leaves a read retrying and a write verifying', async () => {
    await world.fault({ kind: 'status', status: 503 }, { method: 'GET' });
    const { jobId: reading } = await run(read({ where: { subject: 'x' } }));
    expect((await world.action(reading)).status).toBe('retrying');
    await world.fault({ kind: 'status', status: 503 }, { method: 'POST' });
    const { jobId: writing } = await run(create({ subject: 'x' }));
    expect((await world.action(writing)).status).toBe('verifying');
  });
});

describe('a stop', () => {
  it('starts no further call and gives the lane back, due', async () => {
    await world.fault({ kind: 'delay', ms: 400 });
    const { jobId, laneId } = await world.accept(create({ subject: 'Runs' }), create({ subject: 'Waits' }, 'a2'));
    const running = worker.runner.run(laneId);
    await eventually(async () => ((await world.action(jobId)).status === 'running' ? true : undefined));
    await worker.runner.stop(5_000);
    await running;
    const statuses = (await world.job(jobId)).actions.map(({ status }) => status);
    expect(statuses).toEqual(['succeeded', 'queued']);
    const [lane] = await world.work.query<{ holder: string | null; due: Date }[]>(
      'SELECT holder, due FROM lane WHERE id = $1',
      [laneId],
    );
    expect(lane?.holder).toBeNull();
    expect(lane?.due.getTime()).toBeLessThanOrEqual(Date.now());
  });

  it('ends calls that take too long; a write among them is verified later', async () => {
    await world.fault({ kind: 'delayAfterCommit', ms: 10_000 });
    const { jobId, laneId } = await world.accept(create({ subject: 'Slow' }));
    const running = worker.runner.run(laneId);
    await eventually(async () => ((await world.tasks()).some((row) => row['subject'] === 'Slow') ? true : undefined));
    await worker.runner.stop(50);
    await running;
    expect((await world.action(jobId)).status).toBe('verifying');
  });
});

/** What the sandbox notes of a request whose answer it dropped is its own affair. */
function anyStatus(request: string): unknown {
  return request.endsWith('committed') ? expect.stringMatching(/^POST .*committed$/) : request;
}
