import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { call } from '../fixture/api.js';
import { history, ModelOrganization, type Call, type Edit } from '../fixture/histories.js';
import { policySystem, type PolicySystem } from '../fixture/policy-system.js';

const sequences = Number(process.env['PROPERTY_SEQUENCES'] ?? 40);
const seed = Number(process.env['PROPERTY_SEED'] ?? 14);

let system: PolicySystem;
let administrator: (organization: string) => Promise<string>;
beforeAll(async () => {
  system = await policySystem();
  administrator = (organization) => system.host.token(['admin'], { organization });
});
afterAll(() => system.close());

async function edit(token: string, change: Edit): Promise<void> {
  const answer =
    change.kind === 'pause'
      ? await call(system, `${change.paused ? 'PUT' : 'DELETE'} pause`, { token, body: change.pause })
      : await call(system, `PATCH tools/${change.tool}`, {
          token,
          ifMatch: '*',
          body: { ...change, kind: undefined, tool: undefined },
        });
  expect(answer.status).toBeLessThan(300);
}

/** Every user has a token of their own; an administrator's answer says the logged reason, too. */
async function decide(organization: string, { user, tool, input }: Call): Promise<string> {
  const token = await system.host.token(['admin', 'user'], { organization, user });
  const { body } = await call(system, 'POST decisions', { token, body: { actions: [{ tool, input }] } });
  return `${body['items'][0].effect} ${body['items'][0].why.reason}`;
}

it('the service decides as the rules say, after any sequence of edits', async () => {
  await fc.assert(
    fc.asyncProperty(history({ minLength: 30, maxLength: 70 }), async (steps) => {
      const organization = randomUUID();
      const token = await administrator(organization);
      const model = new ModelOrganization();
      await call(system, 'PUT document', { token, ifMatch: '*', body: asDocument(model) });
      for (const step of steps) {
        if (step.kind === 'call') expect(await decide(organization, step)).toBe(model.answer(step));
        else {
          model.edit(step);
          await edit(token, step);
        }
      }
    }),
    { numRuns: sequences, seed },
  );
}, 600_000);

function asDocument(model: ModelOrganization) {
  const tools = Object.fromEntries([...model.tools].map(([key, tool]) => [key, { ...tool, description: null }]));
  return { version: 1, customTables: [], tools, settings: {} };
}
