import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call, change } from '../fixture/api.js';
import { policySystem, type PolicySystem } from '../fixture/policy-system.js';

let system: PolicySystem;
beforeAll(async () => {
  system = await policySystem();
});
afterAll(() => system.close());

async function permissions(organization: string): Promise<Record<string, string>> {
  const { body } = await call(system, 'GET tools', { organization });
  return Object.fromEntries(
    body['items'].map(({ key, permission }: { key: string; permission: string }) => [key, permission]),
  );
}
const byOperation = async (organization: string) => {
  const all = Object.entries(await permissions(organization));
  const of = (operation: string) => new Set(all.filter(([key]) => key.startsWith(operation)).map(([, value]) => value));
  return { read: [...of('read')], create: [...of('create')], update: [...of('update')] };
};

describe('a preset', () => {
  it.each([
    ['recommended', { read: ['always_allow'], create: ['ask'], update: ['ask'] }],
    ['read_only', { read: ['always_allow'], create: ['deny'], update: ['deny'] }],
    ['locked_down', { read: ['deny'], create: ['deny'], update: ['deny'] }],
  ])('%s sets every tool, in one change with one entry', async (name, expected) => {
    const organization = `preset-${name}`;
    await change(system, 'read_task', { permission: 'ask', fields: ['subject'] }, { organization });
    const { status, body } = await call(system, `POST presets/${name}`, {
      organization,
      body: { comment: 'Let us see' },
    });
    expect([status, body['dryRun'], body['revision']]).toEqual([200, false, 2]);
    expect(await byOperation(organization)).toEqual(expected);
    const audit = await call(system, 'GET audit?kind=change', { organization });
    expect(audit.body['items']).toMatchObject([
      { revision: 2, cause: 'preset', comment: 'Let us see' },
      { revision: 1, cause: 'edit' },
    ]);
    expect((await call(system, 'GET tools/read_task', { organization })).body['fields']).toEqual(['subject']);
  });

  it('changes nothing in a dry run, and says what it would', async () => {
    const organization = 'preset-dry';
    const { body } = await call(system, 'POST presets/recommended?dryRun=true', { organization, body: {} });
    expect([body['dryRun'], body['revision']]).toEqual([true, 0]);
    expect(body['changes']).toHaveLength(24);
    expect(new Set(Object.values(await permissions(organization)))).toEqual(new Set(['deny']));
  });

  it('that nobody knows is not found', async () => {
    expect((await call(system, 'POST presets/party', { body: {} })).body['code']).toBe('not_found');
  });
});

describe('restoring a revision', () => {
  it('brings back what was then, as a new revision', async () => {
    const session = { organization: 'restoring' };
    await change(system, 'create_task', { permission: 'ask', description: 'Careful.' }, session);
    const then = await call(system, 'GET document', session);
    await change(system, 'create_task', { permission: 'always_allow', fields: ['subject'] }, session);
    await call(system, 'PUT pause', { ...session, body: { scope: 'organization' } });
    await call(system, 'POST presets/locked_down', { ...session, body: {} });
    const { status, body } = await call(system, 'POST revisions/1/restore', { ...session, body: { comment: 'Back' } });
    expect([status, body['revision']]).toEqual([200, 5]);
    const now = await call(system, 'GET document', session);
    expect([now.text, now.headers.get('etag')]).toEqual([then.text, then.headers.get('etag')]);
    const history = await call(system, 'GET tools/create_task/history?limit=2', session);
    expect(history.body['items']).toMatchObject([
      { revision: 5, cause: 'restore', comment: 'Back', after: { permission: 'ask', description: 'Careful.' } },
      { revision: 4, cause: 'preset' },
    ]);
    const more = await call(system, `GET tools/create_task/history?cursor=${history.body['nextCursor']}`, session);
    expect(more.body['items'].map(({ revision }: { revision: number }) => revision)).toEqual([2, 1]);
    expect(more.body).not.toHaveProperty('nextCursor');
    expect((await call(system, 'GET pause', session)).body['items']).toHaveLength(1);
  });

  it.each(['999999', 'x', '-1'])('%s: there is none', async (revision) => {
    const { status, body } = await call(system, `POST revisions/${revision}/restore`, { organization: 'restoring' });
    expect([status, body['code']]).toEqual([404, 'not_found']);
  });
});

describe('the document', () => {
  it('goes from one organization to another, and nothing is left to change then', async () => {
    const from = { organization: 'exporting' };
    await change(system, 'update_lead', { permission: 'ask', fields: null, description: 'With care.' }, from);
    const etag = (await call(system, 'GET settings', from)).headers.get('etag') ?? '';
    await call(system, 'PATCH settings', { ...from, ifMatch: etag, body: { limits: { jobsPerMinute: 7 } } });
    const { body: document } = await call(system, 'GET document', from);

    const to = { organization: 'importing' };
    await call(system, 'POST presets/recommended', { ...to, body: {} });
    const dry = await call(system, 'PUT document?dryRun=true', { ...to, body: document });
    expect([dry.status, dry.body['revision']]).toEqual([200, 1]);
    const ifMatch = (await call(system, 'GET document', to)).headers.get('etag') ?? '';
    const done = await call(system, 'PUT document', { ...to, body: document, ifMatch });
    expect([done.status, done.body['revision'], done.body['changes']]).toEqual([200, 2, dry.body['changes']]);
    expect((await call(system, 'GET document', to)).body).toEqual(document);
    expect((await call(system, 'GET settings', to)).body['limits'].jobsPerMinute).toBe(7);
    const again = await call(system, 'PUT document?dryRun=true', { ...to, body: document });
    expect(again.body['changes']).toEqual([]);
  });

  it('is complete: a tool that it does not name is denied', async () => {
    const session = { organization: 'emptied' };
    await call(system, 'POST presets/read_only', { ...session, body: {} });
    const body = { version: 1, customTables: [], tools: {}, settings: {} };
    await call(system, 'PUT document', { ...session, body, ifMatch: '*' });
    expect(new Set(Object.values(await permissions('emptied')))).toEqual(new Set(['deny']));
  });

  const tool = { permission: 'ask', description: null, fields: ['subject'] };
  const document = { version: 1, customTables: [], tools: {}, settings: {} };
  it.each([
    ['a tool that is not there', { ...document, tools: { create_rocket: tool } }, '/tools/create_rocket'],
    [
      'a column that a tool can not have',
      { ...document, tools: { create_task: { ...tool, fields: ['subject', 'rocket'] } } },
      '/tools/create_task/fields/1',
    ],
    ['a table that was never read', { ...document, customTables: ['new_rocket'] }, '/customTables/0'],
    ['a setting out of its range', { ...document, settings: { approvalHours: 0 } }, '/settings/approvalHours'],
    ['another version', { ...document, version: 2 }, '/version'],
  ])('with %s is refused whole', async (_what, body, pointer) => {
    const answer = await call(system, 'PUT document', { organization: 'refusing', body, ifMatch: '*' });
    expect([answer.status, answer.body['errors']]).toMatchObject([400, [{ pointer }]]);
    expect((await call(system, 'GET audit', { organization: 'refusing' })).body['items']).toEqual([]);
  });

  it('is guarded against a lost update', async () => {
    const session = { organization: 'guarded', body: document };
    expect((await call(system, 'PUT document', session)).status).toBe(428);
    expect((await call(system, 'PUT document', { ...session, ifMatch: '"old"' })).status).toBe(412);
    const preset = await call(system, 'POST presets/recommended', { ...session, body: {}, ifMatch: '"old"' });
    expect(preset.status).toBe(412);
  });
});

describe.each([
  'POST presets/recommended',
  'POST revisions/0/restore',
  'GET document',
  'PUT document',
  'GET tools/create_task/history',
  'GET settings',
  'PATCH settings',
  'GET audit',
  'GET advice',
  'POST simulations',
])('%s', (request) => {
  it.each([['user'], ['pipeline']])('is nothing for a %s', async (role) => {
    expect((await call(system, request, { roles: [role] })).status).toBe(403);
  });
});

it('a lock on the organization lets changes follow each other', async () => {
  const organization = 'hurried';
  const names = ['recommended', 'locked_down', 'read_only', 'recommended'];
  const answers = await Promise.all(
    names.map((name) => call(system, `POST presets/${name}`, { organization, body: {} })),
  );
  expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
  const { body } = await call(system, 'GET audit?kind=change', { organization });
  const revisions = body['items'].map(({ revision }: { revision: number }) => revision);
  expect(revisions).toEqual([...revisions].sort((a, b) => b - a));
  expect(new Set(revisions).size).toBe(revisions.length);
});
