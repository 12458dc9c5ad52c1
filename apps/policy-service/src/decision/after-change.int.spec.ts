import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { call, change } from '../fixture/api.js';
import { policySystem, type PolicySystem } from '../fixture/policy-system.js';

let system: PolicySystem;
beforeAll(async () => {
  system = await policySystem();
});
afterAll(() => system.close());

it('a decision follows a change as soon as that has answered', async () => {
  const policy = await system.as('crm-worker');
  const effect = async () => {
    const questions = [await system.intake.question({})];
    return (await policy.decide({ purpose: 'run', questions })).decisions[0]?.effect;
  };
  for (const permission of ['always_allow', 'ask', 'always_allow', 'deny'] as const) {
    await change(system, 'create_task', { permission });
    expect(await effect()).toBe({ always_allow: 'allow', ask: 'ask', deny: 'deny' }[permission]);
  }
  await change(system, 'create_task', { permission: 'always_allow' });
  expect(await effect()).toBe('allow');
  await call(system, 'PUT pause', { body: { scope: 'organization' } });
  expect(await effect()).toBe('wait');
});
