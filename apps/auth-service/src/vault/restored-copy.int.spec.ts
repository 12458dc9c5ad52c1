import { dataSourceOptions, OrganizationDatabase } from '@bliro/database';
import { createLogger } from '@bliro/observe';
import { adminUrl, testDatabase, type TestDatabase } from '@bliro/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Connection } from '../connection/connection.entity.js';
import { Connections } from '../connection/connections.js';
import { Organization } from '../connection/organization.entity.js';
import { ConsentAttempt } from '../consent/consent-attempt.entity.js';
import { FoundEnvironment } from '../environment/found-environment.entity.js';
import { authMigrations, keystoreMigrations } from '../migrations/index.js';
import { AccessTokenMemory } from '../token/memory.js';
import { FileKeyRing } from './file-key-ring.js';
import { KeyStore } from './key-store.js';
import { DataKeyGone, Vault } from './vault.js';

const key = () => randomBytes(32).toString('base64url');
const content = JSON.stringify({ active: 'k2', keys: { k1: key(), k2: key() } });
const ring = new FileKeyRing(() => content);
const logger = createLogger('auth-service', 'silent');
const memory = new AccessTokenMemory();
let database: TestDatabase;
let keys: DataSource;
let admin: DataSource;

beforeAll(async () => {
  database = await testDatabase({ schema: 'auth', migrations: authMigrations, keystoreMigrations });
  keys = await new DataSource(dataSourceOptions({ url: database.urls.keystore, schema: 'keystore' })).initialize();
  admin = await new DataSource({ type: 'postgres', url: adminUrl() }).initialize();
}, 30_000);
afterAll(async () => {
  memory.close();
  await keys.destroy();
  await admin.query(`drop database if exists "${database.name}_copy"`);
  await admin.destroy();
  await database.drop();
});

/** The service's part that ends and finds connections, on one main database and today's key store and ring. */
async function on<T>(
  url: string,
  work: (o: { source: DataSource; vault: Vault; connections: Connections }) => Promise<T>,
): Promise<T> {
  const entities = [Connection, ConsentAttempt, FoundEnvironment, Organization];
  const source = await new DataSource(dataSourceOptions({ url, schema: 'auth', entities })).initialize();
  const vault = new Vault(ring, new KeyStore(keys));
  const connections = new Connections(new OrganizationDatabase(source), vault, memory, logger);
  try {
    return await work({ source, vault, connections });
  } finally {
    await source.destroy();
  }
}

async function connected(userId: string): Promise<{ organization: string; userId: string; id: string }> {
  return on(database.urls.authWork, async ({ source, vault }) => {
    const place = { organization: 'org', userId, connectionId: randomUUID(), generation: 1 };
    const sealed = await vault.seal(`refresh token of ${userId}`, place);
    await source.query(
      `insert into connection (id, organization, user_id, status, generation, ciphertext, data_key_id, connected_at)
       values ($1, 'org', $2, 'awaiting_environment', 1, $3, $4, now())`,
      [place.connectionId, userId, sealed.ciphertext, sealed.dataKeyId],
    );
    return { organization: 'org', userId, id: place.connectionId };
  });
}

const opened = (source: DataSource, vault: Vault, id: string) =>
  source.manager.findOneByOrFail(Connection, { id }).then((row) => {
    const { ciphertext, dataKeyId, organization, userId, generation } = row;
    if (ciphertext === null || dataKeyId === null) throw new Error('the copy has no token in it');
    return vault.open({ ciphertext, dataKeyId }, { organization, userId, connectionId: id, generation });
  });

test('a copy of the main database from before opens nothing of an ended connection, and restored it revives none', async () => {
  const [ended, kept] = [await connected('ended'), await connected('kept')];
  const copy = `${database.name}_copy`;
  await admin.query(`create database "${copy}" template "${database.name}"`);
  await on(database.urls.authWork, ({ connections }) => connections.disconnect(ended));

  const copyUrl = database.urls.authWork.replace(`/${database.name}`, `/${copy}`);
  await on(copyUrl, async ({ source, vault, connections }) => {
    await expect(opened(source, vault, ended.id)).rejects.toThrow(DataKeyGone);
    expect(await connections.find(ended)).toMatchObject({ status: 'disconnected', environmentId: null });
    // The ring and the key store are the right ones: what was not ended opens from the very same copy.
    expect(await opened(source, vault, kept.id)).toBe('refresh token of kept');
    expect(await connections.find(kept)).toMatchObject({ status: 'awaiting_environment' });
  });
}, 30_000);
