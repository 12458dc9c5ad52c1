import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { AccessTokenMemory } from './memory.js';

const connection = { id: 'c-1', connectedAt: new Date(1000) };
const resource = 'https://contoso.crm4.dynamics.com';
let now = Date.UTC(2026, 10, 24);
let memory: AccessTokenMemory;

const token = (seconds: number) => ({ accessToken: 'at', expiresAt: new Date(now + seconds * 1000) });
beforeEach(() => {
  memory = new AccessTokenMemory(() => now);
});
afterEach(() => memory.close());

test('a token is there until 60 s after its last use', () => {
  memory.keep(connection, resource, token(3600));
  now += 50_000;
  memory.forgetIdle();
  expect(memory.find(connection, resource)?.accessToken).toBe('at');
  now += 59_000;
  memory.forgetIdle();
  expect(memory.find(connection, resource)).toBeDefined();
  now += 60_000;
  memory.forgetIdle();
  expect(memory.find(connection, resource)).toBeUndefined();
});

test('a token that is about to end is not given out; a short one is, for most of its life', () => {
  memory.keep(connection, resource, token(3600));
  now += 3541_000;
  expect(memory.find(connection, resource)).toBeUndefined();
  memory.keep(connection, resource, token(20));
  now += 14_000;
  expect(memory.find(connection, resource)).toBeDefined();
  now += 2_000;
  expect(memory.find(connection, resource)).toBeUndefined();
});

test('a token of an earlier sign-in, of another resource or connection is none', () => {
  memory.keep(connection, resource, token(3600));
  expect(memory.find({ ...connection, connectedAt: new Date(2000) }, resource)).toBeUndefined();
  expect(memory.find({ ...connection, connectedAt: null }, resource)).toBeUndefined();
  expect(memory.find(connection, 'https://other.crm4.dynamics.com')).toBeUndefined();
  expect(memory.find({ ...connection, id: 'c-2' }, resource)).toBeUndefined();
});

test('a connection that ended leaves nothing behind', () => {
  memory.keep(connection, resource, token(3600));
  memory.keep({ ...connection, id: 'c-2' }, resource, token(3600));
  memory.drop('c-1');
  expect(memory.find(connection, resource)).toBeUndefined();
  expect(memory.find({ ...connection, id: 'c-2' }, resource)).toBeDefined();
});
