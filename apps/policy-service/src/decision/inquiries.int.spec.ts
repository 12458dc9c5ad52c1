import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call, change } from '../fixture/api.js';
import { policySystem, type PolicySystem } from '../fixture/policy-system.js';

let system: PolicySystem;
beforeAll(async () => {
  system = await policySystem();
  await change(system, 'create_task', { permission: 'ask' });
  await change(system, 'read_task', { permission: 'always_allow', fields: ['subject'] });
});
afterAll(() => system.close());

const ask = (actions: object[], roles = ['user']) =>
  call(system, 'POST decisions', { roles, user: 'rep', body: { actions } });
const task = { tool: 'create_task', input: { fields: { subject: 'x' } } };

describe('POST decisions', () => {
  it('answers each action in its place', async () => {
    const { status, body } = await ask([
      task,
      { tool: 'read_task', input: { where: { subject: 'x' } } },
      { tool: 'read_task', input: { where: { subject: 'x' }, columns: ['description'] } },
      { tool: 'create_task', input: { fields: { subject: 5 } } },
      { tool: 'create_task', input: { where: {} } },
    ]);
    expect(status).toBe(200);
    expect(body['items']).toMatchObject([
      { tool: 'create_task', effect: 'ask', reason: 'asked' },
      { tool: 'read_task', effect: 'allow', reason: 'allowed' },
      { tool: 'read_task', effect: 'deny', reason: 'field_not_allowed' },
      { tool: 'create_task', effect: 'deny', reason: 'input_invalid' },
      { tool: 'create_task', effect: 'deny', reason: 'input_invalid' },
    ]);
    expect(JSON.stringify(body)).not.toContain('why');
  });

  it('says of a denied tool what it says of an unknown one, byte for byte', async () => {
    const inputs = [{ fields: { subject: 'x' } }, { fields: { nonsense: 1 } }, null];
    for (const input of inputs) {
      const [denied, unknown] = await Promise.all([
        ask([{ tool: 'create_account', input }]),
        ask([{ tool: 'create_rockets', input }]),
      ]);
      expect(denied.text.replaceAll('create_account', '?')).toBe(unknown.text.replaceAll('create_rockets', '?'));
    }
  });

  it('shows an administrator which step decided, in their order', async () => {
    const { body } = await ask([task, { tool: 'create_account', input: {} }], ['admin']);
    expect(body['items'][0].why).toEqual({
      reason: 'asked',
      revision: 2,
      decidedBy: 'ask',
      steps: [
        { step: 'known_tool', outcome: 'passed' },
        { step: 'not_denied', outcome: 'passed' },
        { step: 'fields', outcome: 'passed' },
        { step: 'input', outcome: 'passed' },
        { step: 'pause', outcome: 'passed' },
        { step: 'ask', outcome: 'decided' },
        { step: 'allow', outcome: 'not_reached' },
      ],
    });
    expect(body['items'][1]).toMatchObject({ reason: 'tool_not_available', why: { reason: 'tool_denied' } });
  });

  it('is logged, with columns and never a value, and is no use of a tool', async () => {
    await ask([{ tool: 'read_task', input: { where: { subject: 'a very private value' } } }]);
    const rows = await system.workDatabase.query<Record<string, unknown>[]>(
      "select * from decision where tool = 'read_task' and user_id = 'rep' order by position desc limit 1",
    );
    expect(rows).toMatchObject([
      { purpose: 'question', effect: 'allow', columns: ['subject'], fits: true, action: null },
    ]);
    expect(JSON.stringify(rows)).not.toContain('private');
    expect((await call(system, 'GET tools/read_task')).body).not.toHaveProperty('lastUsedAt');
  });

  it.each([
    ['no action', []],
    ['a malformed tool', [{ tool: 'delete_task', input: {} }]],
    ['another key', [{ ...task, organization: 'fabrikam' }]],
  ])('refuses %s', async (_what, actions) => {
    expect((await ask(actions)).body['code']).toBe('invalid_body');
  });

  it('answers 503 while Postgres is away: nothing is decided then', async () => {
    await system.workProxy.down();
    try {
      const { status, body } = await ask([task]);
      expect([status, body['code']]).toEqual([503, 'database_unavailable']);
    } finally {
      await system.workProxy.up();
    }
    expect((await ask([task])).status).toBe(200);
  });
});
