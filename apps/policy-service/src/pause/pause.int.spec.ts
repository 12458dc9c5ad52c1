import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PolicyService } from '@bliro/contract/policy';
import { call, change } from '../fixture/api.js';
import { policySystem, type PolicySystem } from '../fixture/policy-system.js';

let system: PolicySystem;
let worker: PolicyService;
beforeAll(async () => {
  system = await policySystem();
  worker = await system.as('crm-worker');
});
afterAll(() => system.close());

async function effectOf(organization: string, user = 'rep', tool = 'create_task'): Promise<string> {
  const { body } = await call(system, 'POST decisions', {
    organization,
    user,
    roles: ['user'],
    body: { actions: [{ tool, input: { fields: { subject: 'x' } } }] },
  });
  return body['items'][0].effect;
}

/** As the worker asks, on a mandate; `after` milliseconds later at most. */
async function decided(organization: string, user = 'rep'): Promise<string | undefined> {
  const questions = [await system.intake.question({ organization, user })];
  return (await worker.decide({ purpose: 'run', questions })).decisions[0]?.effect;
}

const allowed = (organization: string) =>
  Promise.all(
    ['create_task', 'create_lead'].map((key) => change(system, key, { permission: 'always_allow' }, { organization })),
  );

describe('a pause', () => {
  it.each([
    [{ scope: 'organization' }, ['wait', 'wait', 'wait']],
    [{ scope: 'tool', id: 'create_task' }, ['wait', 'wait', 'allow']],
    [{ scope: 'user', id: 'rep' }, ['wait', 'allow', 'wait']],
  ])('%j makes wait what it names, and it goes on after', async (body, effects) => {
    const organization = `paused-${body.scope}`;
    await allowed(organization);
    const seen = async () => [
      await effectOf(organization),
      await effectOf(organization, 'other'),
      await effectOf(organization, 'rep', 'create_lead'),
    ];
    const { status, body: pause } = await call(system, 'PUT pause', {
      organization,
      body: { ...body, comment: 'Stop' },
    });
    expect([status, pause]).toMatchObject([200, { ...body, own: false, comment: 'Stop', pausedBy: 'admin-1' }]);
    expect(await seen()).toEqual(effects);
    expect((await call(system, 'GET pause', { organization })).body['items']).toMatchObject([body]);
    expect((await call(system, 'DELETE pause', { organization, body })).status).toBe(204);
    expect(await seen()).toEqual(['allow', 'allow', 'allow']);
    expect((await call(system, 'GET pause', { organization })).body['items']).toEqual([]);
  });

  it('is in force for the worker within a second, and gives no grant', async () => {
    const organization = 'stopping';
    await allowed(organization);
    expect(await decided(organization)).toBe('allow');
    await call(system, 'PUT pause', { organization, body: { scope: 'organization' } });
    const until = performance.now() + 1_000;
    while ((await decided(organization)) !== 'wait' && performance.now() < until);
    const questions = [await system.intake.question({ organization })];
    const { decisions, grants } = await worker.decide({ purpose: 'run', questions });
    expect([decisions, grants]).toMatchObject([[{ effect: 'wait', reason: 'paused' }], []]);
  });

  it('comes after deny and the input: what is not allowed does not wait', async () => {
    const organization = 'ordered';
    await call(system, 'PUT pause', { organization, body: { scope: 'organization' } });
    expect(await effectOf(organization)).toBe('deny');
  });

  it('set twice, or ended without being there, is no change', async () => {
    const organization = 'twice';
    for (const _time of [1, 2])
      await call(system, 'PUT pause', { organization, body: { scope: 'user', id: 'nobody' } });
    for (const _time of [1, 2])
      await call(system, 'DELETE pause', { organization, body: { scope: 'user', id: 'nobody' } });
    const { body } = await call(system, 'GET audit', { organization });
    const target = { scope: 'user', id: 'nobody', own: false };
    expect(body['items']).toMatchObject([
      { cause: 'pause', revision: 2, changes: [{ pause: target, before: true, after: false }] },
      { cause: 'pause', revision: 1, changes: [{ pause: target, before: false, after: true }] },
    ]);
  });

  it.each([
    ['a tool without its key', { scope: 'tool' }],
    ['a tool that is not there', { scope: 'tool', id: 'create_rocket' }],
    ['an organization by its id', { scope: 'organization', id: 'contoso' }],
    ['an id with a NUL in it', { scope: 'user', id: 'a\u0000b' }],
  ])('of %s is refused', async (_what, body) => {
    const answer = await call(system, 'PUT pause', { body });
    expect([answer.status, answer.body['errors']]).toMatchObject([400, [{ pointer: '/id' }]]);
  });
});

describe("a user's own pause", () => {
  const session = { organization: 'own', user: 'rep', roles: ['user'] };

  it('stops their own work, and they may end it', async () => {
    await allowed('own');
    const set = await call(system, 'PUT pause', { ...session, body: { scope: 'user' } });
    expect(set.body).toMatchObject({ scope: 'user', id: 'rep', own: true, pausedBy: 'rep' });
    expect([await effectOf('own'), await effectOf('own', 'other')]).toEqual(['wait', 'allow']);
    expect((await call(system, 'DELETE pause', { ...session, body: { scope: 'user', id: 'rep' } })).status).toBe(204);
    expect(await effectOf('own')).toBe('allow');
  });

  it.each([
    ['somebody else', { scope: 'user', id: 'other' }],
    ['a tool', { scope: 'tool', id: 'create_task' }],
    ['the organization', { scope: 'organization' }],
  ])('is never one of %s', async (_what, body) => {
    for (const method of ['PUT', 'DELETE']) {
      const answer = await call(system, `${method} pause`, { ...session, body });
      expect([answer.status, answer.body['code']]).toEqual([403, 'forbidden']);
    }
  });

  it('ends nothing that an administrator paused', async () => {
    await call(system, 'PUT pause', { organization: 'own', body: { scope: 'user', id: 'rep' } });
    await call(system, 'PUT pause', { organization: 'own', body: { scope: 'user', id: 'other' } });
    await call(system, 'PUT pause', { ...session, body: { scope: 'user' } });
    await call(system, 'DELETE pause', { ...session, body: { scope: 'user' } });
    expect(await effectOf('own')).toBe('wait');
    expect((await call(system, 'GET pause', session)).body['items']).toMatchObject([{ id: 'rep', own: false }]);
    await call(system, 'DELETE pause', { organization: 'own', body: { scope: 'user', id: 'rep' } });
    expect(await effectOf('own')).toBe('allow');
  });
});

it('tells other services of pauses, in order, and nothing that people wrote', async () => {
  const organization = 'telling';
  const job = await system.as('job-service');
  await call(system, 'PUT pause', { organization, body: { scope: 'user', id: 'rep', comment: 'A secret reason' } });
  await call(system, 'DELETE pause', { organization, body: { scope: 'user', id: 'rep' } });
  const { events } = await job.eventsSince({ cursor: '0', limit: 1000 });
  const mine = events.filter((event) => event.organization === organization);
  expect(mine.map(({ type, subjectVersion, dataJson }) => [type, subjectVersion, JSON.parse(dataJson)])).toMatchObject([
    ['pause.changed', 1, { scope: 'user', id: 'rep', paused: true }],
    ['pause.changed', 2, { scope: 'user', id: 'rep', paused: false }],
  ]);
  expect(JSON.stringify(events)).not.toContain('secret');
  await expect(worker.eventsSince({ cursor: '0', limit: 1 })).rejects.toMatchObject({ code: 'denied' });
});
