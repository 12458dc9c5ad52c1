import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { history, ModelOrganization } from '../fixture/histories.js';
import { evaluate } from './evaluate.js';
import { OrganizationPolicy } from './policy.js';

/** PROPERTY_RUNS=1000000 for a million sequences; the same seed runs the same ones. */
const runs = Number(process.env['PROPERTY_RUNS'] ?? 3_000);
const seed = Number(process.env['PROPERTY_SEED'] ?? 14);

it('decides as the rules say, after any sequence of edits', () => {
  let calls = 0;
  fc.assert(
    fc.property(history({ minLength: 5, maxLength: 40 }), (steps) => {
      const model = new ModelOrganization();
      let policy = policyOf(model, 0);
      for (const [index, step] of steps.entries()) {
        if (step.kind === 'call') {
          const { effect, reason } = evaluate(
            policy.tool(step.tool),
            step.input,
            policy.isPaused(step.tool, step.user),
          );
          expect(`${effect} ${reason}`).toBe(model.answer(step));
          calls += 1;
        } else {
          model.edit(step);
          policy = policyOf(model, index + 1);
        }
      }
    }),
    { numRuns: runs, seed },
  );
  expect(calls).toBeGreaterThan(runs);
}, 3_600_000);

function policyOf(model: ModelOrganization, revision: number): OrganizationPolicy {
  const pauses = [...model.pauses].map((pause) => pause.split(' ')).map(([scope = '', id = '']) => ({ scope, id }));
  const tools = [...model.tools].map(([key, tool]) => ({ key, description: null, ...tool }));
  return new OrganizationPolicy(revision, { tools, shapes: [], pauses });
}
