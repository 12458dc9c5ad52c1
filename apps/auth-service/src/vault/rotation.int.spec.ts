import { dataSourceOptions } from '@bliro/database';
import { testDatabase, type TestDatabase } from '@bliro/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { authMigrations, keystoreMigrations } from '../migrations/index.js';
import { FileKeyRing, type KeyRingContent } from './file-key-ring.js';
import { KeyRingFile } from './key-ring-file.js';
import { KeyStore } from './key-store.js';
import { KeyInUse, Rotation } from './rotation.js';
import { type Sealed, type TokenPlace, Vault } from './vault.js';

let database: TestDatabase;
let keys: DataSource;
let store: KeyStore;
let path: string;
let said: string[];
let rotation: Rotation;
/** A process of the service, with the file as it reads it. */
let vault: Vault;

beforeAll(async () => {
  database = await testDatabase({ schema: 'auth', migrations: authMigrations, keystoreMigrations });
  keys = await new DataSource(dataSourceOptions({ url: database.urls.keystore, schema: 'keystore' })).initialize();
  store = new KeyStore(keys);
}, 30_000);
afterAll(async () => {
  await keys.destroy();
  await database.drop();
});
beforeEach(async () => {
  await keys.query('delete from data_key');
  path = join(mkdtempSync(join(tmpdir(), 'key-ring-')), 'ring.json');
  const first = { active: 'k1', keys: { k1: randomBytes(32).toString('base64url') } };
  writeFileSync(path, JSON.stringify(first), { mode: 0o600 });
  said = [];
  rotation = new Rotation(new KeyRingFile(path), store, (line) => said.push(line));
  vault = new Vault(new FileKeyRing(() => readFileSync(path, 'utf8')), store);
});

const place = (): TokenPlace => ({ organization: 'o', userId: 'u', connectionId: randomUUID(), generation: 1 });
const content = () => JSON.parse(readFileSync(path, 'utf8')) as KeyRingContent;
const settled = () => writeFileSync(path, JSON.stringify({ ...content(), activatedAt: '2026-01-01T00:00:00Z' }));
async function sealed(count: number): Promise<[Sealed, TokenPlace][]> {
  return Promise.all(
    Array.from({ length: count }, async (): Promise<[Sealed, TokenPlace]> => {
      const here = place();
      return [await vault.seal('a-token', here), here];
    }),
  );
}
const opens = async (all: [Sealed, TokenPlace][]) => {
  for (const [one, here] of all) expect(await vault.open(one, here)).toBe('a-token');
};

test('everything is wrapped anew with a new key, and opens as before; then the old key can go', async () => {
  const all = await sealed(450);
  await rotation.rotate();
  const { active, keys: ring } = content();
  expect(Object.keys(ring)).toEqual(['k1', active]);
  expect(await store.countByWrappingKey()).toEqual(new Map([[active, 450]]));
  expect(said).toContain('wrapped anew: 400 of 450');
  expect(said).toContain('k1: 0 data keys, can be retired');
  await opens(all.slice(0, 20));

  settled();
  await rotation.retire('k1');
  expect(Object.keys(content().keys)).toEqual([active]);
  await opens(all.slice(-20));
  expect(said.join()).not.toContain(ring['k1']);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('interrupted, it goes on where it was, with the same key', async () => {
  const all = await sealed(450);
  const stop = new AbortController();
  const first = new Rotation(new KeyRingFile(path), store, (line) => {
    if (line.startsWith('wrapped anew')) stop.abort();
  });
  await first.rotate(stop.signal);
  const { active } = content();
  expect(await store.countByWrappingKey()).toEqual(
    new Map([
      ['k1', 250],
      [active, 200],
    ]),
  );
  await opens(all);
  await expect(rotation.retire('k1')).rejects.toThrow('250 data keys still depend on k1');
  await rotation.rotate();
  expect(said[0]).toBe(`An earlier rotation to ${active} goes on.`);
  expect(await store.countByWrappingKey()).toEqual(new Map([[active, 450]]));
});

test('traffic goes on meanwhile: tokens are stored, replaced and opened, and none is lost', async () => {
  const all = await sealed(600);
  const rotating = new AbortController();
  const rotated = rotation.rotate().finally(() => rotating.abort());
  const later: [Sealed, TokenPlace][] = [];
  for (let round = 0; !rotating.signal.aborted; round += 1) {
    const [old, here] = all[round % all.length] as [Sealed, TokenPlace];
    expect(await vault.open(old, here)).toBe('a-token');
    const next = { ...here, connectionId: randomUUID() };
    later.push([await vault.seal('a-token', next), next]);
    await store.remove([old.dataKeyId]);
    all.splice(round % all.length, 1);
  }
  await rotated;
  await rotation.rewrap();
  expect([...(await store.countByWrappingKey()).keys()]).toEqual([content().active]);
  await opens([...all, ...later]);
});

test('a key that was tampered with is an alarm, and keeps nothing else from being wrapped anew', async () => {
  const [[bad] = [{ dataKeyId: '' }], ...good] = await sealed(3);
  await keys.query(`update data_key set generation = 9 where id = $1`, [bad.dataKeyId]);
  await rotation.rotate();
  expect(said.filter((line) => line.startsWith('ALARM'))).toEqual([expect.stringContaining(bad.dataKeyId)]);
  await opens(good);
  await expect(rotation.retire('k1')).rejects.toThrow(KeyInUse);
});

test('neither the active key nor an unknown one can be retired, nor one that a process may still use', async () => {
  await expect(rotation.retire('k1')).rejects.toThrow('k1 is the active key');
  await expect(rotation.retire('k9')).rejects.toThrow('no key k9');
  await rotation.rotate();
  await expect(rotation.retire('k1')).rejects.toThrow('younger than ten minutes');
});

test('a file that is half written is no key ring: the last good one goes on', async () => {
  let text = readFileSync(path, 'utf8');
  const ring = new FileKeyRing(() => text, 0);
  text = '{"active":';
  expect(await ring.active()).toBe('k1');
  text = JSON.stringify({ ...content(), active: 'k2', keys: { k2: randomBytes(32).toString('base64url') } });
  expect(await ring.active()).toBe('k2');
});
