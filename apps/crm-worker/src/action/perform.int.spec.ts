import { describe, expect, it } from '@jest/globals';
import { eventually } from '@bliro/testing';
import { randomUUID } from 'node:crypto';
import { create, read, update, useWorker } from '../fixture/use-worker.js';
import type { Asked } from '../fixture/worker-system.js';

const on = useWorker();

/** A row that is there before the test. */
async function existing(fields: Record<string, unknown> = {}): Promise<string> {
  const id = randomUUID();
  const { jobId } = await on.run(create({ subject: `Row ${id}`, ...fields }));
  await on.system.taskRequests();
  return (await on.system.action(jobId)).record?.id ?? '';
}

const rowOf = async (id: string | undefined) => (await on.system.tasks()).filter((row) => row['activityid'] === id);

describe('a create', () => {
  it('makes the record, under an id that was stored first, and says where it is', async () => {
    const subject = `Send the quote ${randomUUID()}`;
    const { jobId } = await on.run(
      create({ subject, prioritycode: 'High', scheduledend: '2026-03-01T09:30:00+01:00' }),
    );
    const { status, record, attempts, decisionId } = await on.system.action(jobId);
    expect({ status, attempts }).toEqual({ status: 'succeeded', attempts: 1 });
    expect(record?.url).toBe(`${on.system.environment.url}/main.aspx?etn=task&pagetype=entityrecord&id=${record?.id}`);
    expect(decisionId).toBe(on.system.answers.asked[0]?.questions[0]?.decisionId);
    expect(await rowOf(record?.id)).toEqual([
      expect.objectContaining({ subject, prioritycode: 2, scheduledend: '2026-03-01T08:30:00Z' }),
    ]);
    expect((await on.system.job(jobId)).status).toBe('done');
  });

  it('is made once when its answer is lost', async () => {
    await on.system.fault({ kind: 'dropAfterCommit' });
    const { jobId, laneId } = await on.run(create({ subject: 'Lost' }));
    expect((await on.system.action(jobId)).status).toBe('verifying');
    const action = await eventually(async () => {
      await on.worker.runner.run(laneId);
      const now = await on.system.action(jobId);
      return now.status === 'succeeded' ? now : undefined;
    });
    expect(await rowOf(action.record?.id)).toHaveLength(1);
    expect(await on.system.taskRequests()).toEqual(['POST 201 committed', 'POST 412', 'GET 200'].map(anyStatus));
    expect(on.system.answers.asked.map(({ purpose }) => purpose)).toEqual(['run', 'verify']);
  });

  it('is sent again under the id that was stored, also where today’s way to compute it would give another', async () => {
    await on.system.fault({ kind: 'dropBeforeCommit' }, { method: 'POST' });
    const { jobId, laneId, ids } = await on.run(create({ subject: 'Stored id' }));
    expect((await on.system.action(jobId)).status).toBe('verifying');
    const stored = randomUUID();
    await on.system.asAdmin('UPDATE crm.attempt SET record_id = $2 WHERE action_id = $1', [ids['a1'], stored]);
    await on.system.asAdmin('UPDATE crm.action SET next_attempt_at = NULL WHERE id = $1', [ids['a1']]);
    await on.system.asAdmin('UPDATE crm.lane SET due = clock_timestamp() WHERE id = $1', [laneId]);
    await on.worker.runner.run(laneId);
    expect(await on.system.action(jobId)).toMatchObject({ status: 'succeeded', record: { id: stored }, attempts: 2 });
    expect(await rowOf(stored)).toEqual([expect.objectContaining({ subject: 'Stored id' })]);
  });

  it('is made once when its worker dies after the commit', async () => {
    await on.system.fault({ kind: 'delayAfterCommit', ms: 1_500 });
    const { jobId, laneId } = await on.system.accept(create({ subject: 'Orphan' }));
    const dying = on.worker.runner.run(laneId);
    await eventually(async () =>
      (await on.system.tasks()).some((row) => row['subject'] === 'Orphan') ? true : undefined,
    );
    await on.worker.membership.leave();
    const successor = await on.system.worker();
    await successor.runner.run(laneId);
    const { status, record } = await on.system.action(jobId);
    expect(status).toBe('succeeded');
    expect(await rowOf(record?.id)).toHaveLength(1);
    await dying;
    await successor.leave();
  });

  it('fails with a sentence where the user may not', async () => {
    on.system.connectAs('eve@contoso.example');
    const { jobId } = await on.run(create({ subject: 'No' }));
    const action = await on.system.action(jobId);
    expect(action).toMatchObject({ status: 'failed', reason: 'not_permitted_in_dynamics' });
    expect(action.message).toMatch(/prvCreateTask|prvCreateActivity/);
  });

  it('fails with a sentence where the environment does not take a value, and nothing is sent', async () => {
    const { jobId } = await on.run(create({ subject: 'x', prioritycode: 'urgent' }));
    expect(await on.system.action(jobId)).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('High (2)'),
      attempts: 0,
    });
    expect(await on.system.taskRequests()).toEqual([]);
  });

  it('binds the record of another action, after that one', async () => {
    const account: Asked = { key: 'a1', tool: 'create_account', input: { fields: { name: 'Adventure Works' } } };
    const task = create({ subject: 'About', regardingobjectid: { fromAction: 'a1' } }, 'a2');
    const { jobId, laneId } = await on.system.accept(account, { ...task, after: ['a1'] });
    await on.worker.runner.run(laneId);
    const [made, bound] = (await on.system.job(jobId)).actions;
    expect(bound?.status).toBe('succeeded');
    expect((await rowOf(bound?.record?.id))[0]).toMatchObject({ regardingobjectid: made?.record?.id });
  });
});

describe('an update', () => {
  it('changes the columns that it names', async () => {
    const id = await existing();
    const { jobId } = await on.run(update(id, { subject: 'New' }));
    expect(await on.system.action(jobId)).toMatchObject({ status: 'succeeded', record: { table: 'task', id } });
    expect(await rowOf(id)).toEqual([expect.objectContaining({ subject: 'New' })]);
    expect(await on.system.taskRequests()).toEqual(['GET 200', 'PATCH 204 committed']);
  });

  it('overwrites nothing that somebody else wrote meanwhile', async () => {
    const id = await existing({ subject: 'Old' });
    await on.system.fault({ kind: 'delay', ms: 400 }, { method: 'PATCH' });
    const { jobId, laneId } = await on.system.accept(update(id, { subject: 'Ours' }));
    const running = on.worker.runner.run(laneId);
    await eventually(async () => ((await on.system.action(jobId)).status === 'running' ? true : undefined));
    await on.system.change(id, { subject: 'Theirs' });
    await running;
    expect(await on.system.action(jobId)).toMatchObject({ status: 'failed', reason: 'conflict' });
    expect((await on.system.action(jobId)).message).toContain('subject');
    expect(await rowOf(id)).toEqual([expect.objectContaining({ subject: 'Theirs' })]);
  });

  it('goes again where somebody changed other columns meanwhile', async () => {
    const id = await existing({ subject: 'Old' });
    await on.system.fault({ kind: 'delay', ms: 400 }, { method: 'PATCH' });
    const { jobId, laneId } = await on.system.accept(update(id, { subject: 'Ours' }));
    const running = on.worker.runner.run(laneId);
    await eventually(async () => ((await on.system.action(jobId)).status === 'running' ? true : undefined));
    await on.system.change(id, { description: 'Theirs' });
    await running;
    expect(await on.system.action(jobId)).toMatchObject({ status: 'succeeded', attempts: 2 });
    expect(await rowOf(id)).toEqual([expect.objectContaining({ subject: 'Ours', description: 'Theirs' })]);
  });

  it('whose answer was lost is found applied, and not written again over a later change of other columns', async () => {
    const id = await existing({ subject: 'Old' });
    await on.system.fault({ kind: 'dropAfterCommit' }, { method: 'PATCH' });
    const { jobId, laneId } = await on.run(update(id, { subject: 'Ours' }));
    expect((await on.system.action(jobId)).status).toBe('verifying');
    await on.system.change(id, { description: 'Theirs' });
    await eventually(async () => {
      await on.worker.runner.run(laneId);
      return (await on.system.action(jobId)).status === 'succeeded' ? true : undefined;
    });
    const committed = (await on.system.taskRequests()).filter(
      (request) => request.startsWith('PATCH') && request.endsWith('committed'),
    );
    expect(committed).toHaveLength(1);
  });

  it('keeps to ifUnchangedSince', async () => {
    const id = await existing();
    const { jobId } = await on.run(update(id, { subject: 'x' }, { ifUnchangedSince: '2020-01-01T00:00:00Z' }));
    expect(await on.system.action(jobId)).toMatchObject({ status: 'failed', reason: 'conflict', attempts: 0 });
    expect(await on.system.taskRequests()).toEqual(['GET 200']);
  });

  it('of a record that is not there fails', async () => {
    const { jobId } = await on.run(update(randomUUID(), { subject: 'x' }));
    expect(await on.system.action(jobId)).toMatchObject({ status: 'failed', reason: 'not_found', code: '0x80040217' });
  });
});

describe('a read', () => {
  it('returns the columns that the decision names, by id', async () => {
    const id = await existing({ subject: 'Read me', prioritycode: 2, description: 'hidden from the tool' });
    on.system.answers.decide = () => ({ allFields: false, fields: ['subject', 'prioritycode'] });
    const { jobId } = await on.run(read({ id }));
    const { result, status } = await on.system.action(jobId);
    expect(status).toBe('succeeded');
    expect(result).toEqual([{ activityid: id, subject: 'Read me', prioritycode: { value: 2, label: 'High' } }]);
  });

  it('finds by equality', async () => {
    const subject = `Find 'me' ${randomUUID()}`;
    const id = await existing({ subject });
    const { jobId } = await on.run(read({ where: { subject }, columns: ['subject'], top: 2 }));
    expect((await on.system.action(jobId)).result).toEqual([{ activityid: id, subject }]);
  });
});

/** What the sandbox notes of a request whose answer it dropped is its own affair. */
function anyStatus(request: string): unknown {
  return request.endsWith('committed') ? expect.stringMatching(/^POST .*committed$/) : request;
}
