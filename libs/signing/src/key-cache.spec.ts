import { expect, test } from '@jest/globals';
import { type JSONWebKeySet } from 'jose';
import { setImmediate } from 'node:timers/promises';
import { KeyCache, KeysUnavailable } from './key-cache.js';
import { createSigner } from './signer.js';
import { generateSigningKey } from './signing-key.js';

const old = createSigner(await generateSigningKey(), 'issuer');
const next = createSigner(await generateSigningKey(), 'issuer');

class Issuer {
  fetches = 0;
  now = 0;
  reachable = true;
  published = [old];

  readonly cache = new KeyCache(
    () => {
      this.fetches += 1;
      if (!this.reachable) return Promise.reject(new Error('no route'));
      return Promise.resolve<JSONWebKeySet>({ keys: this.published.flatMap((signer) => signer.jwks().keys) });
    },
    () => this.now,
  );
}

test('one fetch serves all who ask at the same time, and those who come later', async () => {
  const issuer = new Issuer();
  await Promise.all([issuer.cache.find(old.kid), issuer.cache.find(old.kid)]);
  await issuer.cache.find(old.kid);
  expect(issuer.fetches).toBe(1);
});

test('a new kid is fetched, an unknown one at most every few seconds', async () => {
  const issuer = new Issuer();
  await issuer.cache.find(old.kid);
  issuer.published = [old, next];
  await expect(issuer.cache.find(next.kid)).rejects.toThrow(KeysUnavailable);
  issuer.now = 3_001;
  expect(await issuer.cache.find(next.kid)).toBeDefined();
  await expect(issuer.cache.find('forged-1')).rejects.toThrow(KeysUnavailable);
  await expect(issuer.cache.find('forged-2')).rejects.toThrow(KeysUnavailable);
  expect(issuer.fetches).toBe(2);
});

test('a kid is foreign only when the issuer has not known it for a minute, by a fetch after that', async () => {
  const issuer = new Issuer();
  for (const now of [0, 1_000, 59_999]) {
    issuer.now = now;
    await expect(issuer.cache.find('forged')).rejects.toThrow(KeysUnavailable);
  }
  issuer.now = 61_000;
  await expect(issuer.cache.find('forged')).rejects.toThrow(KeysUnavailable);
  issuer.now = 63_000;
  expect(await issuer.cache.find('forged')).toBeUndefined();
  expect(issuer.fetches).toBe(3);
});

test('a known key outlives an outage, a withdrawn one goes with the next fetch', async () => {
  const issuer = new Issuer();
  await issuer.cache.find(old.kid);
  issuer.reachable = false;
  issuer.now = 11 * 60_000;
  expect(await issuer.cache.find(old.kid)).toBeDefined();
  await setImmediate();
  issuer.reachable = true;
  issuer.published = [next];
  await issuer.cache.find(next.kid);
  await expect(issuer.cache.find(old.kid)).rejects.toThrow(KeysUnavailable);
});
