import { describe, expect, it } from '@jest/globals';
import { text } from '../shape/columns.js';
import { simulate, type PastDecision } from './simulate.js';

const columns = { subject: text('Subject', 10), secret: text('Secret', 10) };
const rule = (permission: 'always_allow' | 'ask' | 'deny', ...fields: string[]) =>
  new Map([['create_task', { permission, columns, fields: new Set(fields) }]]);
const past = (more: Partial<PastDecision> = {}): PastDecision => ({
  tool: 'create_task',
  userId: 'rep',
  meetingId: null,
  actionId: 'a',
  effect: 'allow',
  reason: 'allowed',
  columns: ['subject'],
  fits: true,
  ...more,
});
const would = (decision: PastDecision, rules: ReturnType<typeof rule>) => simulate([decision], rules)[0]?.would;

describe('simulate', () => {
  it.each([
    ['allowed, and would be', past(), rule('always_allow', 'subject'), undefined],
    ['allowed, and would be asked', past(), rule('ask', 'subject'), 'ask'],
    ['allowed, and would lack a field', past(), rule('always_allow', 'secret'), 'deny'],
    ['denied, and would be asked', past({ effect: 'deny', reason: 'tool_denied' }), rule('ask', 'subject'), 'ask'],
    [
      'of a wrong input, and would be denied all the same',
      past({ effect: 'deny', reason: 'input_invalid', fits: false }),
      rule('ask', 'subject'),
      undefined,
    ],
    [
      'of an input without form',
      past({ effect: 'deny', reason: 'tool_denied', columns: null, fits: false }),
      rule('ask', 'subject'),
      undefined,
    ],
    ['paused, and would be', past({ effect: 'wait', reason: 'paused' }), rule('always_allow', 'subject'), undefined],
    ['paused, and would be denied', past({ effect: 'wait', reason: 'paused' }), rule('deny', 'subject'), 'deny'],
    ['of a tool that nothing changes for', past({ tool: 'read_task' }), rule('deny'), undefined],
    ['from a time when nothing was noted', past({ columns: null, fits: null }), rule('deny'), undefined],
  ] as const)('%s', (_what, decision, rules, expected) => {
    expect(would(decision, rules)).toBe(expected);
  });

  it('judges 100,000 decisions in well under two seconds', () => {
    const many = Array.from({ length: 100_000 }, (_, n) =>
      past({ actionId: String(n), columns: ['subject', 'secret'] }),
    );
    const started = performance.now();
    expect(simulate(many, rule('always_allow', 'subject'))).toHaveLength(100_000);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
