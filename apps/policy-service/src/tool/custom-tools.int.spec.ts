import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SandboxProcess } from '@bliro/testing';
import { call, change } from '../fixture/api.js';
import { policySystem, type PolicySystem } from '../fixture/policy-system.js';

let system: PolicySystem;
let sandbox: SandboxProcess;
let custom: string;
beforeAll(async () => {
  [system, sandbox] = await Promise.all([policySystem(), SandboxProcess.start()]);
  const { url, apiUrl } = sandbox.environment('Contoso');
  system.auth.given = { apiUrl, accessToken: await sandbox.signIn('ada@contoso.example', url) };
  const { body } = await call(system, 'GET tables');
  custom = body['items'].find(({ table }: { table: string }) => table.includes('_')).table;
});
afterAll(async () => {
  sandbox.stop();
  await system.close();
});

describe('GET tables', () => {
  it("has Dynamics' tables, those that can become tools first, and says why others can't", async () => {
    const { status, body } = await call(system, 'GET tables?search=');
    expect(status).toBe(200);
    const named = (name: string) => body['items'].find(({ table }: { table: string }) => table === name);
    expect(body['items'][0]).toMatchObject({ operations: ['read', 'create', 'update'] });
    expect(named('task')).toMatchObject({ displayName: 'Task', operations: ['read', 'create', 'update'] });
    expect(named('systemuser')).toMatchObject({ operations: [], reason: expect.stringContaining('who people are') });
  });

  it('searches names and display names', async () => {
    const { body } = await call(system, 'GET tables?search=TAS');
    expect(body['items'].map(({ table }: { table: string }) => table)).toContain('task');
    expect(body['items'].map(({ table }: { table: string }) => table)).not.toContain('account');
  });

  it("asks with the administrator's own token, and keeps none", async () => {
    const token = await system.host.token(['admin'], { user: 'ann' });
    await call(system, 'GET tables', { token });
    expect(system.auth.asked.at(-1)).toBe(token);
  });
});

describe('GET tables/:table/columns', () => {
  it('says of each column what may be done with it', async () => {
    const { body } = await call(system, 'GET tables/task/columns');
    const named = (name: string) => body['items'].find((column: { name: string }) => column.name === name);
    expect(named('subject')).toMatchObject({ displayName: 'Subject', type: 'String', readable: true, writable: true });
    expect(named('activityid')).toMatchObject({ readable: true, writable: false });
    expect(named('prioritycode').choices).toContainEqual({ value: 2, label: 'High' });
    expect(named('regardingobjectid').targets).toContain('account');
  });

  it.each(['none_such', 'NOT-A-NAME'])('of %s: there is no such table', async (table) => {
    expect((await call(system, `GET tables/${table}/columns`)).body['code']).toBe('not_found');
  });
});

describe('tools of a chosen table', () => {
  const session = { organization: 'choosing' };

  it('are there, on deny, decided like any other, and gone again', async () => {
    const added = await call(system, 'POST tools/custom', {
      ...session,
      body: { table: custom, comment: 'We use it' },
    });
    expect([added.status, added.headers.get('location')]).toEqual([201, `/policy/v1/tools?table=${custom}`]);
    const keys = ['create', 'read', 'update'].map((operation) => `${operation}_${custom}`);
    expect(added.body['items']).toMatchObject(keys.map((key) => ({ key, permission: 'deny', origin: 'custom' })));
    for (const { fields } of added.body['items']) expect(fields).not.toContain('ownerid');

    const key = `read_${custom}`;
    await change(system, key, { permission: 'always_allow' }, session);
    const manifest = await call(system, 'GET tools/manifest', { ...session, roles: ['user'] });
    expect(manifest.body['tools'].map(({ name }: { name: string }) => name)).toEqual([key]);
    const [field] = added.body['items'][1].fields;
    const actions = [{ tool: key, input: { id: '0f8fad5b-d9cb-469f-a165-70867728950e', columns: [field] } }];
    const decide = async () =>
      (await call(system, 'POST decisions', { ...session, body: { actions } })).body['items'][0];
    expect(await decide()).toMatchObject({ effect: 'allow' });

    expect((await call(system, `DELETE tools/custom/${custom}`, session)).status).toBe(204);
    expect(await decide()).toMatchObject({ effect: 'deny', why: { reason: 'tool_unknown' } });
    expect((await call(system, `GET tools/${key}`, session)).status).toBe(404);
    expect((await call(system, `DELETE tools/custom/${custom}`, session)).status).toBe(404);

    await call(system, 'POST revisions/2/restore', { ...session, body: {} });
    expect((await call(system, `GET tools/${key}`, session)).body['permission']).toBe('always_allow');
    const { body: audit } = await call(system, `GET audit?kind=change&tool=${key}`, session);
    expect(audit['items'].map(({ cause }: { cause: string }) => cause)).toEqual(['restore', 'custom_table', 'edit']);
  });

  it('are on deny again when the table comes back', async () => {
    const again = { organization: 'coming-back' };
    await call(system, 'POST tools/custom', { ...again, body: { table: custom } });
    await change(system, `create_${custom}`, { permission: 'ask' }, again);
    await call(system, `DELETE tools/custom/${custom}`, again);
    const { body } = await call(system, 'POST tools/custom', { ...again, body: { table: custom } });
    expect(body['items'].map(({ permission }: { permission: string }) => permission)).toEqual(['deny', 'deny', 'deny']);
  });

  it.each([
    ['systemuser', 409, 'table_refused'],
    ['task', 409, 'table_refused'],
    ['none_such', 404, 'not_found'],
    ['NOT-A-NAME', 400, 'invalid_body'],
  ])('can not be had of %s', async (table, status, code) => {
    const answer = await call(system, 'POST tools/custom', { ...session, body: { table } });
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  it('say what is wrong when a column is gone', async () => {
    const stale = { organization: 'stale' };
    await call(system, 'POST tools/custom', { ...stale, body: { table: custom } });
    const { body } = await change(system, `create_${custom}`, { permission: 'ask' }, stale);
    const [gone] = body['fields'];
    await system.httpDatabase.transaction(async (manager) => {
      await manager.query("select set_config('app.organization', 'stale', true)");
      await manager.query("update custom_table set shape = shape #- array['columns', $1]", [gone]);
    });
    expect((await call(system, `GET tools/create_${custom}`, stale)).body['problem']).toContain(gone);
  });
});

describe('without a connection of their own, an administrator', () => {
  it.each([
    ['not_connected', 409, 'connection_required'],
    ['environment_required', 409, 'connection_required'],
    ['unavailable', 503, 'dynamics_unavailable'],
    ['grant_refused', 403, 'forbidden'],
  ] as const)('is told of %s', async (code, status, problem) => {
    const { given } = system.auth;
    system.auth.given = undefined;
    system.auth.refused = { code, message: 'No token.' };
    try {
      const answer = await call(system, 'GET tables');
      expect([answer.status, answer.body['code']]).toEqual([status, problem]);
    } finally {
      system.auth.given = given;
    }
  });
});

it('reading from Dynamics is for administrators', async () => {
  for (const request of [
    'GET tables',
    'GET tables/task/columns',
    'POST tools/custom',
    `DELETE tools/custom/${custom}`,
  ]) {
    expect((await call(system, request, { roles: ['user'] })).status).toBe(403);
  }
});
