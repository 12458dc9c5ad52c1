import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tcpProxy, testDatabase, type TcpProxy, type TestDatabase } from '@bliro/testing';
import { Client } from 'pg';
import { WorkDatabase } from '../database.js';
import { policyMigrations } from '../migrations/index.js';
import { confirmedWithinMs, PolicySnapshots } from './policy-snapshots.js';

let database: TestDatabase;
let proxy: TcpProxy;
let work: WorkDatabase;
let http: Client;
let snapshots: PolicySnapshots;

beforeAll(async () => {
  database = await testDatabase({ schema: 'policy', migrations: policyMigrations });
  proxy = await tcpProxy(database.urls.policyWork);
  work = new WorkDatabase(proxy.url);
  await work.initialize();
  http = new Client({ connectionString: database.urls.policyHttp });
  await http.connect();
  snapshots = new PolicySnapshots(work);
});
afterAll(async () => {
  await Promise.all([work.destroy(), http.end()]);
  await proxy.close();
  await database.drop();
});

async function permit(organization: string, permission: string, revision: number): Promise<void> {
  await http.query('begin');
  await http.query("select set_config('app.organization', $1, true)", [organization]);
  await http.query(
    'insert into policy.revision values ($1, $2) on conflict (organization) do update set revision = $2',
    [organization, revision],
  );
  await http.query(
    `insert into policy.tool (organization, key, permission, fields, revision, changed_at, changed_by)
     values ($1, 'create_task', $2, '{subject}', $3, now(), 'ann')
     on conflict (organization, key) do update set permission = $2, revision = $3`,
    [organization, permission, revision],
  );
  await http.query('commit');
}

const permissionIn = async (organization: string, arrived = performance.now()): Promise<string | undefined> =>
  (await snapshots.confirmed(organization, arrived)).tool('create_task')?.permission;
const later = () => performance.now() + confirmedWithinMs + 1;

describe('a snapshot', () => {
  it('of an organization that never decided anything is empty, at revision 0', async () => {
    const policy = await snapshots.confirmed('nobody', performance.now());
    expect(policy.revision).toBe(0);
    expect(policy.tool('create_task')?.permission).toBe('deny');
  });

  it('is asked for anew at once where this process changed something', async () => {
    await permit('changed', 'always_allow', 1);
    expect(await permissionIn('changed')).toBe('always_allow');
    await permit('changed', 'deny', 2);
    snapshots.changed();
    expect(await permissionIn('changed', 0)).toBe('deny');
  });

  it('is not older than 300 ms before the question, and follows each revision', async () => {
    await permit('one', 'ask', 1);
    expect(await permissionIn('one')).toBe('ask');
    await permit('one', 'deny', 2);
    expect(await permissionIn('one', later())).toBe('deny');
    expect((await snapshots.confirmed('one', later())).revision).toBe(2);
  });

  it('serves several organizations at once, each with its own', async () => {
    await permit('ann', 'ask', 1);
    await permit('ben', 'always_allow', 1);
    const asked = await Promise.all(['ann', 'ben', 'eve', 'ann'].map((name) => permissionIn(name)));
    expect(asked).toEqual(['ask', 'always_allow', 'deny', 'ask']);
  });

  it('answers nothing that Postgres does not confirm', async () => {
    await permit('cut-off', 'always_allow', 1);
    const asked = performance.now();
    expect(await permissionIn('cut-off', asked)).toBe('always_allow');
    await proxy.down();
    try {
      expect(await permissionIn('cut-off', asked)).toBe('always_allow');
      await expect(permissionIn('cut-off', later())).rejects.toThrow();
    } finally {
      await proxy.up();
    }
    expect(await permissionIn('cut-off', later())).toBe('always_allow');
  });
});
