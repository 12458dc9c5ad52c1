import { actionStatuses, isFinal, type ActionStatus } from '@bliro/contract/crm';
import { describe, expect, it } from '@jest/globals';
import { cancellable, ImpossibleStep, mayBecome, predecessors, settledStatus, transitions } from './state.js';

describe('the state machine of an action', () => {
  it('knows every status, and leaves a final one by a retry only', () => {
    expect(Object.keys(transitions).sort()).toEqual([...actionStatuses].sort());
    const leads = (status: ActionStatus): string => [...transitions[status]].sort().join(' or ');
    for (const status of actionStatuses.filter(isFinal))
      expect(leads(status)).toMatch(status === 'succeeded' ? /^$/ : /^(verifying or )?waiting$/);
  });

  it('reaches every status from queued, waiting for others at first', () => {
    const reached = new Set<ActionStatus>(['queued', 'waiting']);
    for (let size = 0; size !== reached.size;) {
      size = reached.size;
      for (const from of reached) for (const to of transitions[from]) reached.add(to);
    }
    expect([...reached].sort()).toEqual([...actionStatuses].sort());
  });

  it('succeeds only what was sent', () => {
    expect(predecessors('succeeded')).toEqual(['running', 'verifying']);
    expect(mayBecome('queued', 'succeeded')).toBe(false);
  });

  it('cancels at once only what was not sent', () => {
    expect([...cancellable].sort()).toEqual(['awaiting_approval', 'blocked', 'queued', 'retrying', 'waiting']);
  });

  it.each<[ActionStatus, { cancelled?: true; overdue?: true; explained?: true }, ActionStatus, ActionStatus]>([
    // from, what else is known, outcome, becomes
    ['running', {}, 'succeeded', 'succeeded'],
    ['running', { cancelled: true }, 'succeeded', 'succeeded'],
    ['running', { cancelled: true }, 'retrying', 'cancelled'],
    ['running', { cancelled: true }, 'blocked', 'cancelled'],
    ['running', { cancelled: true }, 'verifying', 'failed'],
    ['running', { cancelled: true }, 'failed', 'failed'],
    ['verifying', {}, 'succeeded', 'succeeded'],
    ['verifying', {}, 'blocked', 'verifying'],
    ['verifying', {}, 'denied', 'verifying'],
    ['verifying', {}, 'failed', 'verifying'],
    ['verifying', {}, 'retrying', 'verifying'],
    ['verifying', {}, 'awaiting_approval', 'verifying'],
    ['verifying', { explained: true }, 'failed', 'failed'],
    ['verifying', { explained: true }, 'retrying', 'retrying'],
    ['verifying', { explained: true, cancelled: true }, 'retrying', 'cancelled'],
    ['verifying', { cancelled: true }, 'denied', 'failed'],
    ['verifying', { cancelled: true }, 'succeeded', 'succeeded'],
    ['verifying', { overdue: true }, 'blocked', 'failed'],
    ['verifying', { overdue: true, explained: true }, 'retrying', 'retrying'],
    ['queued', {}, 'denied', 'denied'],
    ['queued', {}, 'retrying', 'retrying'],
  ])('makes of %s (%j) and %s: %s', (status, { cancelled, overdue, explained }, outcome, becomes) => {
    const current = { status, cancelRequested: cancelled ?? false, overdue: overdue ?? false };
    expect(settledStatus(current, outcome, explained ?? false)).toBe(becomes);
  });

  it('refuses every other step', () => {
    const step = (status: ActionStatus, outcome: ActionStatus) => () =>
      settledStatus({ status, cancelRequested: false, overdue: false }, outcome, false);
    expect(step('queued', 'succeeded')).toThrow(ImpossibleStep);
    expect(step('succeeded', 'failed')).toThrow(ImpossibleStep);
    expect(step('waiting', 'running')).toThrow(ImpossibleStep);
  });
});
