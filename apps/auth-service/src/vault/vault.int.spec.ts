import { dataSourceOptions } from '@bliro/database';
import { testDatabase, type TestDatabase } from '@bliro/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { authMigrations, keystoreMigrations } from '../migrations/index.js';
import { FileKeyRing } from './file-key-ring.js';
import { CiphertextRefused, WrappingKeyMissing } from './key-ring.js';
import { KeyStore, KeyStoreUnavailable } from './key-store.js';
import { sweepKeys } from './key-sweep.js';
import { DataKeyGone, Vault } from './vault.js';

let database: TestDatabase;
let keys: DataSource;
let work: DataSource;
let store: KeyStore;
let vault: Vault;
const [k1, k2] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
const ringOf = (active: string, keys: Record<string, string>) =>
  new FileKeyRing(() => JSON.stringify({ active, keys }));
const ring = ringOf('k1', { k1, k2 });

beforeAll(async () => {
  database = await testDatabase({ schema: 'auth', migrations: authMigrations, keystoreMigrations });
  keys = await new DataSource(dataSourceOptions({ url: database.urls.keystore, schema: 'keystore' })).initialize();
  work = await new DataSource(dataSourceOptions({ url: database.urls.authWork, schema: 'auth' })).initialize();
  store = new KeyStore(keys);
  vault = new Vault(ring, store);
}, 30_000);
afterAll(async () => {
  await Promise.all([keys.destroy(), work.destroy()]);
  await database.drop();
});

const token = 'a-refresh-token';
const place = () => ({ organization: 'org-1', userId: 'user-1', connectionId: randomUUID(), generation: 1 });

test('what was sealed opens where it stands, and looks like nothing in between', async () => {
  const here = place();
  const sealed = await vault.seal(token, here);
  expect(sealed.ciphertext).not.toContain(token);
  expect(await vault.open(sealed, here)).toBe(token);
});

describe('what was moved or changed does not open', () => {
  test.each([
    ['another user', { userId: 'user-2' }],
    ['another organization', { organization: 'org-2' }],
    ['another generation', { generation: 2 }],
    ['another connection', { connectionId: '11111111-1111-4111-8111-111111111111' }],
  ])('to %s', async (_name, other) => {
    const here = place();
    const sealed = await vault.seal(token, here);
    await expect(vault.open(sealed, { ...here, ...other })).rejects.toThrow(CiphertextRefused);
  });

  test('to another row with that row’s key', async () => {
    const [here, there] = [place(), place()];
    const [mine, theirs] = [await vault.seal(token, here), await vault.seal('another-token', there)];
    const moved = { ciphertext: mine.ciphertext, dataKeyId: theirs.dataKeyId };
    await expect(vault.open(moved, there)).rejects.toThrow(CiphertextRefused);
  });

  test('to another row together with its key', async () => {
    const [here, there] = [place(), place()];
    const mine = await vault.seal(token, here);
    await keys.query('update data_key set connection_id = $1 where id = $2', [there.connectionId, mine.dataKeyId]);
    await expect(vault.open(mine, there)).rejects.toThrow(CiphertextRefused);
  });

  test.each([0, 2, 3, 4])('with a changed part %i', async (part) => {
    const here = place();
    const sealed = await vault.seal(token, here);
    const parts = sealed.ciphertext.split('.');
    parts[part] = `${parts[part]?.startsWith('A') === true ? 'B' : 'A'}${parts[part]?.slice(1)}`;
    await expect(vault.open({ ...sealed, ciphertext: parts.join('.') }, here)).rejects.toThrow(CiphertextRefused);
  });

  test('with a wrapping key that claims to be another one', async () => {
    const here = place();
    const sealed = await vault.seal(token, here);
    await keys.query(`update data_key set wrapping_key_id = 'k2' where id = $1`, [sealed.dataKeyId]);
    await expect(vault.open(sealed, here)).rejects.toThrow(CiphertextRefused);
  });
});

describe('keys', () => {
  test('an older key of the ring still opens; a missing one is named', async () => {
    const here = place();
    const sealed = await vault.seal(token, here);
    expect(await new Vault(ringOf('k2', { k1, k2 }), store).open(sealed, here)).toBe(token);
    const opened = new Vault(ringOf('k2', { k2 }), store).open(sealed, here);
    await expect(opened).rejects.toThrow(WrappingKeyMissing);
    await expect(opened).rejects.toThrow('"k1"');
  });

  test('each token has its own, and without it nothing opens', async () => {
    const here = place();
    const [first, second] = [await vault.seal(token, here), await vault.seal(token, { ...here, generation: 2 })];
    expect(first.dataKeyId).not.toBe(second.dataKeyId);
    await vault.destroy(here.connectionId, 1);
    await expect(vault.open(first, here)).rejects.toThrow(DataKeyGone);
    expect(await vault.isLost(first.dataKeyId)).toBe(true);
    expect(await vault.open(second, { ...here, generation: 2 })).toBe(token);
  });

  test('a key store that does not answer is no key that is gone', async () => {
    const away = new DataSource(dataSourceOptions({ url: database.urls.keystore, schema: 'keystore' }));
    const unreachable = new Vault(ring, new KeyStore(away));
    await expect(unreachable.open(await vault.seal(token, place()), place())).rejects.toThrow(KeyStoreUnavailable);
    await expect(unreachable.isLost(randomUUID())).rejects.toThrow(KeyStoreUnavailable);
  });
});

test('the sweep takes what no row names, when it is old enough', async () => {
  const here = place();
  const [named, orphan, young] = [
    await vault.seal(token, here),
    await vault.seal(token, here),
    await vault.seal(token, here),
  ];
  await work.query(
    `insert into connection (id, organization, user_id, status, ciphertext, data_key_id)
     values ($1, 'org-1', 'user-1', 'awaiting_environment', $2, $3)`,
    [here.connectionId, named.ciphertext, named.dataKeyId],
  );
  const old = [named.dataKeyId, orphan.dataKeyId];
  await keys.query(`update data_key set created_at = created_at - interval '1 hour' where id = any($1)`, [old]);
  expect(await sweepKeys(store, work)).toBe(1);
  expect(await vault.isLost(orphan.dataKeyId)).toBe(true);
  expect([await vault.isLost(named.dataKeyId), await vault.isLost(young.dataKeyId)]).toEqual([false, false]);
});

test('the role of request handlers sees no row without an organization, and only that one’s with it', async () => {
  const http = await new DataSource(dataSourceOptions({ url: database.urls.authHttp, schema: 'auth' })).initialize();
  const seen = async (organization?: string) =>
    http.transaction(async (manager) => {
      if (organization !== undefined)
        await manager.query(`select set_config('app.organization', $1, true)`, [organization]);
      return (await manager.query<unknown[]>('select from connection')).length;
    });
  await work.query(`insert into connection (organization, user_id) values ('org-a', 'u'), ('org-b', 'u')`);
  expect([await seen(), await seen('org-a'), await seen('org-c')]).toEqual([0, 1, 0]);
  await http.destroy();
});
