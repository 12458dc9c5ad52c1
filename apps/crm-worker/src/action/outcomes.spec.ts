import type { Decision } from '@bliro/contract/policy';
import type { DataverseFailure } from '@bliro/dataverse';
import { describe, expect, it } from '@jest/globals';
import { backOffMs } from './back-off.js';
import { outcomeOfDecision, outcomeOfFailure, outcomeOfRefusal, suggestsOtherDefinition } from './outcomes.js';
import { recordIdOf } from './record-id.js';

const failure = (more: Partial<DataverseFailure>): DataverseFailure => ({ class: 'permanent', message: 'm', ...more });

describe('what a failure makes of an action', () => {
  it.each<[Partial<DataverseFailure>, object]>([
    [
      { status: 403, code: '0x80040220' },
      { status: 'failed', reason: 'not_permitted_in_dynamics', code: '0x80040220' },
    ],
    [{ status: 404 }, { status: 'failed', reason: 'not_found' }],
    [
      { status: 412, name: 'DuplicateRecord' },
      { status: 'failed', reason: 'duplicate' },
    ],
    [{ status: 400 }, { status: 'failed', reason: 'refused_by_dynamics' }],
    [
      { class: 'throttled', retryAfterMs: 7_000 },
      { status: 'retrying', reason: 'throttled', nextAttemptInMs: 7_000 },
    ],
    [
      { class: 'transient', retryAfterMs: 90_000 },
      { status: 'retrying', nextAttemptInMs: 90_000 },
    ],
    [{ class: 'unknown' }, { status: 'verifying', reason: 'outcome_unknown' }],
    [
      { class: 'needs_person', status: 401 },
      { status: 'retrying', reason: 'token_not_accepted' },
    ],
    [
      { class: 'needs_person', status: 401, claims: '{}' },
      { status: 'blocked', reason: 'reconnect_required' },
    ],
    [
      { class: 'needs_person', status: 403 },
      { status: 'blocked', reason: 'reconnect_required' },
    ],
  ])('%j', (given, outcome) => {
    expect(outcomeOfFailure(failure(given), 1)).toMatchObject(outcome);
  });
});

describe('what a decision makes of an action', () => {
  const decision: Omit<Decision, 'effect'> = {
    decisionId: 'd',
    reason: 'paused',
    message: 'm',
    revision: 1,
    fields: [],
    allFields: false,
  };
  it.each([
    ['allow', undefined],
    ['deny', { status: 'denied', message: 'm' }],
    ['ask', { status: 'awaiting_approval' }],
    ['wait', { status: 'blocked', reason: 'paused' }],
  ] as const)('%s', (effect, outcome) => {
    const found = outcomeOfDecision({ ...decision, effect });
    if (outcome === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(outcome);
  });
});

describe('what a refused token makes of an action', () => {
  it.each([
    ['not_connected', { status: 'blocked', reason: 'not_connected' }],
    ['reconnect_required', { status: 'blocked', reason: 'reconnect_required' }],
    ['environment_required', { status: 'blocked', reason: 'environment_required' }],
    ['unavailable', { status: 'retrying', nextAttemptInMs: 4_000 }],
  ] as const)('%s', (code, outcome) => {
    expect(outcomeOfRefusal({ code, message: 'm', retryAfterMs: 4_000 })).toMatchObject(outcome);
  });

  it('is our own affair where the grant was refused', () => {
    expect(outcomeOfRefusal({ code: 'grant_refused', message: 'm' })).toBeUndefined();
  });
});

describe('a definition that may be out of date', () => {
  it.each<[Partial<DataverseFailure>, boolean]>([
    [{ status: 400, code: '0x80048d19', name: 'PayloadInvalid' }, true],
    [{ status: 400 }, true],
    [{ status: 400, code: '0x80044331', name: 'StringLengthTooLong' }, false],
    [{ status: 403 }, false],
    [{ class: 'transient', status: 503 }, false],
  ])('%j: %s', (given, suggests) => {
    expect(suggestsOtherDefinition(failure(given))).toBe(suggests);
  });
});

describe('backOffMs', () => {
  it('doubles, with chance in its half, up to five minutes', () => {
    expect([1, 2, 3].map((attempts) => backOffMs(attempts, () => 1))).toEqual([1_000, 2_000, 4_000]);
    expect(backOffMs(3, () => 0)).toBe(2_000);
    expect(backOffMs(1_000, () => 1)).toBe(300_000);
  });
});

describe('recordIdOf', () => {
  const source = {
    organization: 'contoso',
    userId: 'ada',
    keyScope: 'pipeline',
    idempotencyKey: 'k',
    actionKey: 'a1',
    environmentId: 'e',
  };

  it('is a UUIDv8, and the same for the same work in every version of this system', () => {
    expect(recordIdOf(source)).toBe('e3e6e4cb-8f8b-8520-910c-0f81e1ad9a8a');
    expect(recordIdOf(source)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it.each(Object.keys(source))('is another one with another %s', (part) => {
    expect(recordIdOf({ ...source, [part]: 'other' })).not.toBe(recordIdOf(source));
  });

  it('does not take two parts for one', () => {
    expect(recordIdOf({ ...source, keyScope: 'a","b', idempotencyKey: 'c' })).not.toBe(
      recordIdOf({ ...source, keyScope: 'a', idempotencyKey: 'b","c' }),
    );
  });
});
