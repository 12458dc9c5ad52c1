import { actionStatuses, isFinal, type ActionStatus } from '@bliro/contract/crm';
import { describe, expect, it } from '@jest/globals';
import { cancellable, ImpossibleStep, mayBecome, predecessors, settledStatus, transitions } from './state.js';

const write = { cancelRequested: false, writes: true };

describe('the state machine of an action', () => {
  it('knows every status, and leaves no final one', () => {
    expect(Object.keys(transitions).sort()).toEqual([...actionStatuses].sort());
    for (const status of actionStatuses)
      expect([status, transitions[status].length === 0]).toEqual([status, isFinal(status)]);
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

  it.each<[ActionStatus, boolean, boolean, ActionStatus, ActionStatus]>([
    // from, writes, cancel requested, outcome, becomes
    ['running', true, false, 'succeeded', 'succeeded'],
    ['running', true, true, 'succeeded', 'succeeded'],
    ['running', true, true, 'retrying', 'cancelled'],
    ['running', true, true, 'blocked', 'cancelled'],
    ['running', true, true, 'verifying', 'verifying'],
    ['running', true, true, 'failed', 'failed'],
    ['verifying', true, false, 'blocked', 'verifying'],
    ['verifying', true, false, 'denied', 'verifying'],
    ['verifying', true, false, 'awaiting_approval', 'verifying'],
    ['verifying', true, true, 'denied', 'verifying'],
    ['verifying', true, false, 'failed', 'failed'],
    ['verifying', true, true, 'retrying', 'cancelled'],
    ['verifying', false, false, 'denied', 'denied'],
    ['verifying', false, false, 'blocked', 'blocked'],
    ['queued', true, false, 'denied', 'denied'],
    ['queued', true, false, 'retrying', 'retrying'],
  ])('makes of %s (writes: %s, cancelled: %s) and %s: %s', (status, writes, cancelRequested, outcome, becomes) => {
    expect(settledStatus({ status, writes, cancelRequested }, outcome)).toBe(becomes);
  });

  it('refuses every other step', () => {
    expect(() => settledStatus({ ...write, status: 'queued' }, 'succeeded')).toThrow(ImpossibleStep);
    expect(() => settledStatus({ ...write, status: 'succeeded' }, 'failed')).toThrow(ImpossibleStep);
    expect(() => settledStatus({ ...write, status: 'waiting' }, 'running')).toThrow(ImpossibleStep);
  });
});
