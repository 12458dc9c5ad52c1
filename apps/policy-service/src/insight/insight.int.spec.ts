import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PolicyService } from '@bliro/contract/policy';
import { call, change } from '../fixture/api.js';
import type { Asked } from '../fixture/intake.js';
import { policySystem, type PolicySystem } from '../fixture/policy-system.js';

let system: PolicySystem;
let worker: PolicyService;
beforeAll(async () => {
  system = await policySystem();
  worker = await system.as('crm-worker');
});
afterAll(() => system.close());

async function decide(...asked: Asked[]) {
  const questions = await Promise.all(asked.map((one) => system.intake.question(one)));
  await worker.decide({ purpose: 'run', questions });
  return questions;
}
const since = '2026-01-01T00:00:00Z';
const simulate = (organization: string, changes: object[], query = '') =>
  call(system, `POST simulations${query}`, { organization, body: { changes, since } });

describe('a simulation', () => {
  const organization = 'simulating';
  const input = (fields: object) => ({ organization, input: { fields } });

  it('says what would have gone another way, by the last answer to each action', async () => {
    await change(system, 'create_task', { permission: 'always_allow' }, { organization });
    const [plain, described, wrong] = await decide(
      { ...input({ subject: 'x' }), meeting: 'm-1' },
      input({ subject: 'x', description: 'y' }),
      input({ subject: 5 }),
    );
    const denied = await simulate(organization, [{ tool: 'create_task', permission: 'deny' }]);
    expect(denied.body['counts']).toEqual({
      decisions: 3,
      otherwise: 2,
      byChange: { 'allow → deny': 2 },
      complete: true,
    });
    expect(denied.body['items']).toHaveLength(2);
    expect(denied.body['items']).toContainEqual({
      tool: 'create_task',
      userId: 'rep',
      meetingId: 'm-1',
      actionId: plain?.action,
      was: 'allow',
      would: 'deny',
    });
    const narrower = await simulate(organization, [{ tool: 'create_task', fields: ['subject'], permission: 'ask' }]);
    const ways = narrower.body['items'].map(({ actionId, would }: Record<string, string>) => [actionId, would]);
    expect(new Map(ways)).toEqual(
      new Map([
        [plain?.action, 'ask'],
        [described?.action, 'deny'],
      ]),
    );
    expect(JSON.stringify(ways)).not.toContain(wrong?.action);
    expect((await call(system, 'GET tools/create_task', { organization })).body['permission']).toBe('always_allow');
  });

  it('says what a denial kept back', async () => {
    const other = { organization: 'kept-back' };
    await decide(other, { ...other, input: { fields: { nonsense: 1 } } });
    const { body } = await simulate('kept-back', [{ tool: 'create_task', permission: 'ask' }]);
    expect(body['counts']).toMatchObject({ decisions: 2, byChange: { 'deny → ask': 1 } });
  });

  it('comes in pages', async () => {
    const paged = { organization: 'paged' };
    await decide(paged, paged, paged);
    const first = await simulate('paged', [{ tool: 'create_task', permission: 'ask' }], '?limit=2');
    const cursor: string = first.body['nextCursor'];
    const second = await simulate('paged', [{ tool: 'create_task', permission: 'ask' }], `?limit=2&cursor=${cursor}`);
    const actions = [first, second].flatMap(({ body }) =>
      body['items'].map((one: { actionId: string }) => one.actionId),
    );
    expect(new Set(actions).size).toBe(3);
    expect(second.body).not.toHaveProperty('nextCursor');
  });

  it.each([
    ['a tool that is not there', [{ tool: 'create_rocket', permission: 'ask' }], '/changes/0/tool'],
    ['a column that it can not have', [{ tool: 'create_task', fields: ['rocket'] }], '/changes/0/fields/0'],
    ['nothing', [{ tool: 'create_task' }], '/changes/0'],
  ])('of %s is refused', async (_what, changes, pointer) => {
    expect((await simulate(organization, changes)).body['errors']).toMatchObject([{ pointer }]);
  });
});

describe('a hundred thousand past decisions', () => {
  it('are simulated in less than two seconds', async () => {
    const organization = 'busy';
    await system.workDatabase.query(
      `insert into decision (id, organization, user_id, job, action, tool, purpose, effect, reason, revision, columns, fits, meeting)
       select gen_random_uuid(), $1, 'user-' || n % 50, gen_random_uuid(), gen_random_uuid(), 'create_task', 'run', 'allow', 'allowed', 1,
         '{subject,description}', true, 'meeting-' || n % 1000
       from generate_series(1, 100000) as n`,
      [organization],
    );
    const times: number[] = [];
    for (const _time of [1, 2, 3]) {
      const started = performance.now();
      const { body } = await simulate(organization, [{ tool: 'create_task', fields: ['subject'], permission: 'ask' }]);
      times.push(performance.now() - started);
      expect(body['counts']).toMatchObject({ decisions: 100_000, otherwise: 100_000 });
    }
    expect(Math.min(...times)).toBeLessThan(2_000);
  }, 60_000);
});

describe('the audit', () => {
  const organization = 'audited';
  const list = async (query = '') => (await call(system, `GET audit${query}`, { organization })).body;

  it('has changes and decisions, the latest first, by kind, tool, user and time', async () => {
    await change(system, 'create_task', { permission: 'always_allow' }, { organization, user: 'ann' });
    const [question] = await decide({ organization, user: 'rep', meeting: 'm-9' });
    await call(system, 'PUT pause', { organization, body: { scope: 'tool', id: 'create_task' } });
    const { items } = await list();
    expect(items.map(({ kind }: { kind: string }) => kind)).toEqual(['change', 'decision', 'change']);
    expect(items[1]).toMatchObject({
      id: question?.decisionId,
      userId: 'rep',
      tool: 'create_task',
      effect: 'allow',
      purpose: 'run',
      actionId: question?.action,
      meetingId: 'm-9',
      revision: 1,
    });
    expect(items[2]).toMatchObject({ by: 'ann', changes: [{ tool: 'create_task' }] });
    expect((await list('?kind=decision'))['items']).toHaveLength(1);
    expect((await list('?tool=create_task'))['items']).toHaveLength(3);
    expect((await list('?tool=read_task'))['items']).toEqual([]);
    expect((await list('?user=ann'))['items']).toHaveLength(1);
    expect((await list(`?since=${encodeURIComponent(items[0].at)}`))['items']).toHaveLength(1);
    expect((await list('?since=2099-01-01T00:00:00Z'))['items']).toEqual([]);
  });

  it('comes in pages that have everything once', async () => {
    await decide(...Array.from({ length: 5 }, () => ({ organization })));
    const whole = (await list('?limit=200'))['items'];
    const seen: unknown[] = [];
    let query = '?limit=2';
    do {
      const page = await list(query);
      seen.push(...page['items']);
      query = page['nextCursor'] === undefined ? '' : `?limit=2&cursor=${page['nextCursor']}`;
    } while (query !== '');
    expect(seen).toEqual(whole);
  });

  it('is empty for another organization, and refuses what is no cursor', async () => {
    expect((await call(system, 'GET audit', { organization: 'elsewhere' })).body['items']).toEqual([]);
    const wrong = await call(system, 'GET audit?cursor=eA&kind=party', { organization });
    expect(wrong.body['errors'].map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/cursor',
      '/kind/0',
    ]);
  });
});

describe('advice', () => {
  const organization = 'advised';
  const advice = async () => (await call(system, 'GET advice', { organization })).body['items'];
  /** As if the organization had decided all of it long ago. */
  const age = () =>
    system.httpDatabase.transaction(async (manager) => {
      await manager.query("select set_config('app.organization', $1, true)", [organization]);
      await manager.query("update tool set changed_at = now() - interval '61 days'");
    });

  it('names tools and fields that nobody used for 60 days, and calls that are often refused', async () => {
    await change(
      system,
      'create_task',
      { permission: 'always_allow', fields: ['subject', 'category'] },
      { organization },
    );
    await change(system, 'read_lead', { permission: 'ask' }, { organization });
    await decide({ organization });
    expect(await advice()).toEqual([]);
    await age();
    expect(await advice()).toMatchObject([
      { kind: 'unused_fields', tool: 'create_task', uses: 1, fields: ['category'], days: 60 },
      { kind: 'unused_tool', tool: 'read_lead', permission: 'ask' },
    ]);
    const wrong = { organization, input: { fields: { nonsense: 1 } } };
    await decide(...Array.from({ length: 20 }, () => wrong));
    expect(await advice()).toContainEqual(
      expect.objectContaining({ kind: 'often_refused', tool: 'create_task', decisions: 21, refused: 20 }),
    );
  });
});
