import { describe, expect, it } from '@jest/globals';
import { jobStatus, type ActionStatus } from './action.js';
import { inputHash } from './mandate.js';

describe('jobStatus', () => {
  it.each<[ActionStatus[], string]>([
    [['queued', 'succeeded'], 'open'],
    [['running', 'blocked'], 'open'],
    [['blocked', 'waiting'], 'waiting'],
    [['awaiting_approval', 'succeeded'], 'waiting'],
    [['succeeded', 'succeeded'], 'done'],
    [['succeeded', 'denied'], 'done_with_problems'],
    [['cancelled', 'cancelled'], 'cancelled'],
    [['cancelled', 'succeeded'], 'done_with_problems'],
  ])('of %j is %s', (actions, expected) => {
    expect(jobStatus(actions)).toBe(expected);
  });
});

describe('inputHash', () => {
  it('depends on the salt and the value, not on the order of keys', () => {
    expect(inputHash('s', { a: 1, b: 2 })).toBe(inputHash('s', { b: 2, a: 1 }));
    expect(inputHash('s', { a: 1 })).not.toBe(inputHash('t', { a: 1 }));
    expect(inputHash('s', { a: 1 })).not.toBe(inputHash('s', { a: 2 }));
  });
});
