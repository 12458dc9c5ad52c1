import { beforeEach, describe, expect, test } from '@jest/globals';
import { TenantBreaker } from './breaker.js';
import type { EntraFailure } from './entra-failure.js';

let now: number;
let breaker: TenantBreaker;
beforeEach(() => {
  now = 1_000_000;
  breaker = new TenantBreaker(
    () => now,
    () => 0.5,
  );
});

const outage: EntraFailure = { kind: 'transport', cause: 'server_error', status: 503 };
const throttled: EntraFailure = { kind: 'transport', cause: 'throttled', status: 429, retryAfterMs: 30_000 };
const ofUser: EntraFailure = { kind: 'refused', error: 'invalid_grant', codes: [50173] };
const ours: EntraFailure = { kind: 'refused', error: 'invalid_client', codes: [7000215] };
const fail = (times: number, failure = outage) => {
  for (let count = 0; count < times; count += 1) breaker.failed('a', failure);
};

test('a few failures are left to their callers; then the tenant, and that one alone, is left in peace', () => {
  fail(4);
  expect(breaker.wait('a')).toBe(0);
  fail(1);
  expect(breaker.wait('a')).toBe(2_000);
  expect(breaker.wait('b')).toBe(0);
});

test('then one request tries: others wait on, and its success opens the way for all', () => {
  fail(5);
  now += 2_000;
  expect([breaker.wait('a'), breaker.wait('a') > 0, breaker.wait('a') > 0]).toEqual([0, true, true]);
  breaker.succeeded('a');
  expect([breaker.wait('a'), breaker.wait('a')]).toEqual([0, 0]);
});

test('a try that fails doubles the time, up to a minute; one that never ends is followed by another', () => {
  fail(5);
  const waits: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    now += breaker.wait('a');
    expect(breaker.wait('a')).toBe(0);
    fail(1);
    waits.push(breaker.wait('a'));
  }
  expect(waits).toEqual([4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  now += 60_000;
  expect(breaker.wait('a')).toBe(0);
  expect(breaker.wait('a')).toBe(15_000);
  now += 15_000;
  expect([breaker.wait('a'), breaker.wait('a')]).toEqual([0, 15_000]);
});

describe('what counts', () => {
  test('one 429 is enough, and its time is kept', () => {
    breaker.failed('a', throttled);
    expect(breaker.wait('a')).toBe(30_000);
  });

  test('a refusal of one user says that the tenant works', () => {
    fail(4);
    breaker.failed('a', ofUser);
    fail(4);
    expect(breaker.wait('a')).toBe(0);
  });

  test('a mistake of ours concerns every tenant, until something works', () => {
    breaker.failed('a', ours);
    expect(breaker.wait('b')).toBe(2_000);
    now += 2_000;
    expect(breaker.wait('b')).toBe(0);
    breaker.succeeded('b');
    expect(breaker.wait('a')).toBe(0);
  });
});
