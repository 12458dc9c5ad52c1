import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@bliro/testing';
import { randomUUID } from 'node:crypto';
import { Organization, type Job } from './people/organization.js';
import type { Environment } from '@bliro/sandbox-client';
import { onPostgres } from './system/backends.js';
import { System, type Service } from './system/system.js';

// Many processes on few cores: what takes half a second may take ten.
jest.setTimeout(60_000);

const ada = 'ada@contoso.example';
const ben = 'ben@contoso.example';
const api = '/api/data/v9.2';

describe('faults', () => {
  let system: System;
  let contoso: Environment;
  let rep: Organization;

  beforeAll(async () => {
    system = await System.start(onPostgres);
    contoso = system.sandbox.environment('Contoso');
    rep = await Organization.ready(system, ada, ['create_task', 'update_task']);
  }, 90_000);

  afterEach(() => system.sandbox.clearFaults());
  afterAll(() => system.stop(), 30_000);

  const create = (subject: string) => ({ tool: 'create_task', input: { fields: { subject } } });
  const rowsCalled = async (subject: string) =>
    (await system.sandbox.records(contoso.id, 'task')).filter((row) => row['subject'] === subject);
  const sentSince = async (seq: number, method: string) =>
    (await system.sandbox.journal('dataverse', seq)).filter((entry) => entry.method === method);

  it('a create whose answer is lost exists once', async () => {
    const before = await system.sandbox.now();
    await system.sandbox.addFault({
      target: 'dataverse',
      match: { method: 'POST', path: `${api}/tasks`, user: ada },
      effect: { kind: 'dropAfterCommit' },
      times: 1,
    });
    const subject = `Lost answer ${randomUUID()}`;
    const { actions } = await rep.until(await rep.enqueue(create(subject)));
    expect(actions).toMatchObject([{ status: 'succeeded', attempts: 2 }]);
    expect(await rowsCalled(subject)).toMatchObject([{ activityid: actions[0]?.record?.id }]);
    expect((await sentSince(before, 'POST')).map(({ committed }) => committed)).toEqual([true, false]);
  });

  it('an update whose answer is lost is applied once', async () => {
    const id = randomUUID();
    await system.sandbox.write(contoso.id, 'task', id, { subject: 'Before' });
    const versionBefore = (await rowsCalled('Before')).find((row) => row['activityid'] === id)?.['versionnumber'];
    const before = await system.sandbox.now();
    await system.sandbox.addFault({
      target: 'dataverse',
      match: { method: 'PATCH', path: `${api}/tasks`, user: ada },
      effect: { kind: 'dropAfterCommit' },
      times: 1,
    });
    const subject = `After ${randomUUID()}`;
    const action = await rep.run('update_task', { id, fields: { subject } });
    expect(action).toMatchObject({ status: 'succeeded', attempts: 2, record: { table: 'task', id } });
    const [row] = await rowsCalled(subject);
    expect(row).toMatchObject({ activityid: id });
    expect(row?.['versionnumber']).not.toBe(versionBefore);
    expect((await sentSince(before, 'PATCH')).map(({ committed }) => committed)).toEqual([true, false]);
  });

  it('a limit of Dynamics is kept for as long as it says', async () => {
    await system.sandbox.addFault({
      target: 'dataverse',
      match: { method: 'POST', path: `${api}/tasks`, user: ada },
      effect: { kind: 'status', status: 429, retryAfter: 3 },
      times: 1,
    });
    const before = await system.sandbox.now();
    const subject = `Throttled ${randomUUID()}`;
    const jobId = await rep.enqueue(create(subject));
    const waiting = await rep.until(jobId, ({ actions }) => actions[0]?.status === 'retrying');
    expect(waiting).toMatchObject({ status: 'open', actions: [{ reason: 'throttled' }] });
    const { actions } = await rep.until(jobId);
    expect(actions).toMatchObject([{ status: 'succeeded', attempts: 2 }]);
    const [refused, accepted] = await sentSince(before, 'POST');
    expect([refused?.status, accepted?.status]).toEqual([429, 204]);
    const waited = Date.parse(accepted?.at ?? '') - Date.parse(refused?.at ?? '');
    expect(waited).toBeGreaterThanOrEqual(3000);
    expect(Date.parse(waiting.actions[0]?.nextAttemptAt ?? '')).toBeGreaterThanOrEqual(
      Date.parse(refused?.at ?? '') + 3000,
    );
    expect(await rowsCalled(subject)).toHaveLength(1);
  });

  it.each<Service>(['policy-service', 'auth-service', 'crm-worker', 'job-service'])(
    'a job goes on when %s was killed',
    async (service) => {
      const subject = `${service} ${randomUUID()}`;
      const key = { 'idempotency-key': randomUUID() };
      const job = rep.jobOf(create(subject), { ...create(`${subject} 2`), after: ['a1'] });
      await system.sandbox.addFault({
        target: 'dataverse',
        match: { method: 'POST', path: `${api}/tasks`, user: ada },
        effect: { kind: 'delay', ms: 700 },
        times: 1,
      });
      const before = await system.sandbox.now();
      const { jobId } = (await rep.post(job, key)).body;
      await eventually(async () => (await sentSince(before, 'POST'))[0]);
      await system.kill(service);
      const again = await eventually(
        async () => {
          const answer = await rep.post(job, key);
          return answer.status === 202 ? answer.body : undefined;
        },
        { timeoutMs: 20_000 },
      );
      expect(again.jobId).toBe(jobId);
      const { status } = await rep.until(jobId);
      expect(status).toBe('done');
      expect(await rowsCalled(subject)).toHaveLength(1);
      expect(await rowsCalled(`${subject} 2`)).toHaveLength(1);
    },
    60_000,
  );

  it('a job of a user who is not connected waits, and goes on by itself once they are', async () => {
    const late = await Organization.join(system, 'late');
    await late.allow('create_task');
    const subject = `Not connected ${randomUUID()}`;
    const jobId = await late.enqueue(create(subject));
    const blocked = (job: Job): boolean => job.actions[0]?.status === 'blocked';
    const waiting = await late.until(jobId, blocked);
    expect(waiting).toMatchObject({ status: 'waiting', actions: [{ reason: 'not_connected', attempts: 0 }] });
    expect(await rowsCalled(subject)).toEqual([]);

    await late.signIn(ben);
    expect((await late.job(jobId)).actions[0]).toMatchObject({ status: 'blocked' });
    await late.choose(contoso);
    const { status, actions } = await late.until(jobId);
    expect(status).toBe('done');
    expect(await rowsCalled(subject)).toMatchObject([{ activityid: actions[0]?.record?.id }]);
  });
});
