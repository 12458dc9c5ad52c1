import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call } from '../fixture/api.js';
import { policySystem, type PolicySystem } from '../fixture/policy-system.js';

let system: PolicySystem;
beforeAll(async () => {
  system = await policySystem();
});
afterAll(() => system.close());

describe('log lines', () => {
  it('of decisions that were asked for together say whose each is, where its mandate is believed', async () => {
    const policy = await system.as('crm-worker');
    const questions = [
      await system.intake.question({ organization: 'contoso' }),
      await system.intake.question({ organization: 'fabrikam' }),
      await system.intake.question({ organization: 'contoso', expiresInSeconds: -60 }),
    ];
    await policy.decide({ purpose: 'run', questions });
    const decided = system.lines.filter(({ msg }) => msg === 'decided');
    const said = questions.map(({ decisionId, correlationId }) => {
      const line = decided.find((one) => one['decisionId'] === decisionId);
      return [line?.['organization'], line?.['correlationId'] === correlationId];
    });
    expect(said).toEqual([
      ['contoso', true],
      ['fabrikam', true],
      [undefined, true],
    ]);
  });

  it('of requests say whose they are', async () => {
    await call(system, 'GET settings', { organization: 'contoso' });
    expect(system.lines).toContainEqual(
      expect.objectContaining({ msg: 'request completed', path: '/policy/v1/settings', organization: 'contoso' }),
    );
  });
});
