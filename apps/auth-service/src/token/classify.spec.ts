import { describe, expect, test } from '@jest/globals';
import { classify } from './classify.js';
import type { EntraFailure } from './entra-failure.js';

const grant = (code: number, more: Partial<Extract<EntraFailure, { kind: 'refused' }>> = {}): EntraFailure => ({
  kind: 'refused',
  error: 'invalid_grant',
  codes: [code],
  ...more,
});
const claims = '{"access_token":{"capolids":{"essential":true}}}';

describe('what Microsoft said decides the state', () => {
  test.each([700082, 700081, 700084, 70008, 70000])('%i: the refresh token is expired and destroyed', (code) => {
    expect(classify(grant(code))).toMatchObject({ reason: 'refresh_token_expired', keepDays: 0, probe: 'never' });
  });

  test.each([
    [50173, 'sessions_revoked', 0, 'never'],
    [50034, 'user_removed', 0, 'never'],
    [50020, 'user_removed', 0, 'never'],
    [50074, 'interaction_required', 30, 'never'],
    [50076, 'interaction_required', 30, 'never'],
    [50079, 'interaction_required', 30, 'never'],
    [50158, 'interaction_required', 30, 'never'],
    [70043, 'interaction_required', 30, 'never'],
    [53000, 'blocked_by_policy', 30, 'doubling'],
    [53003, 'blocked_by_policy', 30, 'doubling'],
    [530032, 'blocked_by_policy', 30, 'doubling'],
    [53011, 'blocked_by_policy', 30, 'doubling'],
    [50057, 'user_disabled', 7, 'daily'],
    [50105, 'access_removed', 30, 'daily'],
    [500011, 'access_removed', 30, 'daily'],
    [650052, 'access_removed', 30, 'daily'],
    [700016, 'access_removed', 30, 'daily'],
  ])('%i is %s', (code, reason, keepDays, probe) => {
    expect(classify(grant(code))).toEqual({ kind: 'broken', reason, keepDays, probe });
  });

  test('a sign-in frequency policy and a disabled user are known whatever the OAuth error says', () => {
    expect(classify(grant(70043, { error: 'interaction_required' }))).toMatchObject({ reason: 'interaction_required' });
    expect(classify(grant(700016, { error: 'unauthorized_client' }))).toMatchObject({ reason: 'access_removed' });
  });

  test('65001 alone ends nothing: it has to be confirmed', () => {
    expect(classify(grant(65001))).toEqual({ kind: 'consent_missing' });
    expect(classify(grant(0, { suberror: 'consent_required' }))).toEqual({ kind: 'consent_missing' });
  });
});

describe('claims', () => {
  test('a challenge without a known number asks the user to sign in, and is kept', () => {
    expect(classify(grant(0, { claims }))).toMatchObject({ reason: 'interaction_required', claims });
    expect(classify(grant(50076, { claims }))).toMatchObject({ reason: 'interaction_required', claims });
  });

  test('a block stays a block although it carries a challenge', () => {
    expect(classify(grant(53003, { claims }))).toMatchObject({ reason: 'blocked_by_policy', claims });
  });

  test('a dead token is dead although it carries a challenge', () => {
    expect(classify(grant(50173, { claims }))).toEqual(expect.not.objectContaining({ claims }));
  });
});

describe('what says nothing about the connection', () => {
  test.each<[string, EntraFailure]>([
    ['a time-out', { kind: 'transport', cause: 'timeout' }],
    ['no connection', { kind: 'transport', cause: 'unreachable' }],
    ['an answer that is no JSON', { kind: 'transport', cause: 'malformed_answer' }],
    ['5xx', { kind: 'transport', cause: 'server_error', status: 503 }],
    ['90033', grant(90033)],
    ['90055', grant(90055)],
    ['50196, though an invalid_grant', grant(50196)],
    ['an error that nobody knows', { kind: 'refused', error: 'teapot', codes: [] }],
    ['temporarily_unavailable', { kind: 'refused', error: 'temporarily_unavailable', codes: [] }],
  ])('%s is transient', (_name, failure) => {
    expect(classify(failure)).toMatchObject({ kind: 'transient' });
  });

  test('Retry-After is kept to, up to an hour', () => {
    const throttled = (retryAfterMs: number) =>
      classify({ kind: 'transport', cause: 'throttled', status: 429, retryAfterMs });
    expect(throttled(17_000)).toMatchObject({ retryAfterMs: 17_000 });
    expect(throttled(86_400_000)).toMatchObject({ retryAfterMs: 3_600_000 });
  });

  test.each<[string, EntraFailure]>([
    ['a wrong secret', { kind: 'refused', error: 'invalid_client', codes: [7000215] }],
    ['an unknown invalid_client', { kind: 'refused', error: 'invalid_client', codes: [] }],
    ['a bad scope', { kind: 'refused', error: 'invalid_scope', codes: [70011] }],
    ['a malformed request that comes as invalid_grant', grant(9002313)],
    ['a grant that our own network module refused', { kind: 'not_sent', cause: 'grant_not_allowed' }],
  ])('%s is our mistake', (_name, failure) => {
    expect(classify(failure)).toEqual({ kind: 'our_mistake' });
  });

  test('an unknown invalid_grant is neither fatal nor transient', () => {
    expect(classify(grant(99999))).toEqual({ kind: 'unknown_refusal' });
    expect(classify(grant(99999, { suberror: 'bad_token' }))).toEqual({ kind: 'unknown_refusal' });
  });
});
