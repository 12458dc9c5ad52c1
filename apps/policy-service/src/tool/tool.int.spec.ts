import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventsSince } from '@bliro/event-log';
import { call, change } from '../fixture/api.js';
import { policySystem, type PolicySystem } from '../fixture/policy-system.js';
import { predefinedTools } from './tool.js';

let system: PolicySystem;
beforeAll(async () => {
  system = await policySystem();
});
afterAll(() => system.close());

describe('GET tools', () => {
  it('has the 24 predefined tools, sorted, all on deny', async () => {
    const { status, body, headers } = await call(system, 'GET tools', { organization: 'fresh' });
    const items = body['items'] as Record<string, unknown>[];
    expect(status).toBe(200);
    expect(headers.get('etag')).toMatch(/^"[\w-]+"$/);
    expect(items.map(({ key }) => key)).toEqual([...predefinedTools.keys()]);
    expect(items).toHaveLength(24);
    expect(new Set(items.map(({ permission }) => permission))).toEqual(new Set(['deny']));
    expect(items.find(({ key }) => key === 'create_annotation')).toMatchObject({
      title: 'Create Note',
      table: 'annotation',
      operation: 'create',
      origin: 'predefined',
      revision: 0,
    });
  });

  it('shows a user what is not denied, under another tag', async () => {
    await change(system, 'read_lead', { permission: 'ask' }, { organization: 'partly' });
    const user = await call(system, 'GET tools', { roles: ['user'], organization: 'partly' });
    const admin = await call(system, 'GET tools', { organization: 'partly' });
    expect(user.body['items']).toMatchObject([{ key: 'read_lead', permission: 'ask' }]);
    expect(user.headers.get('etag')).not.toBe(admin.headers.get('etag'));
  });

  it('gives a user of an organization that allowed nothing the same bytes and tag as of any other', async () => {
    await change(system, 'read_lead', { permission: 'ask' }, { organization: 'took-back' });
    await change(system, 'read_lead', { permission: 'deny' }, { organization: 'took-back' });
    const one = await call(system, 'GET tools', { roles: ['user'], organization: 'took-back' });
    const other = await call(system, 'GET tools', { roles: ['user'], organization: 'never-gave' });
    expect([one.text, one.headers.get('etag')]).toEqual([other.text, other.headers.get('etag')]);
  });
});

describe('GET tools/:key', () => {
  it('answers a user the same for a denied tool, an unknown one and a malformed key', async () => {
    const keys = ['create_task', 'create_rocket', 'delete_task'];
    const answers = await Promise.all(keys.map((key) => call(system, `GET tools/${key}`, { roles: ['user'] })));
    const seen = answers.map(({ status, text, headers }) => [status, text, headers.get('etag')]);
    expect(seen[0]?.[0]).toBe(404);
    expect(answers[0]?.body['code']).toBe('not_found');
    expect(new Set(seen.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it('answers an administrator who is a user too', async () => {
    expect((await call(system, 'GET tools/create_task', { roles: ['user', 'admin'] })).status).toBe(200);
  });
});

describe('PATCH tools/:key', () => {
  it('changes what it names, under a revision of the organization', async () => {
    const session = { organization: 'changing', user: 'ann' };
    const first = await change(system, 'create_task', { permission: 'ask', comment: 'A try' }, session);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ permission: 'ask', revision: 1, changedBy: 'ann' });
    expect(first.body['changedAt']).toMatch(/^\d{4}-.*Z$/);
    const second = await change(system, 'update_lead', { fields: null, description: 'Only when asked.' }, session);
    expect(second.body).toMatchObject({
      permission: 'deny',
      fields: null,
      description: 'Only when asked.',
      revision: 2,
    });
    const again = await call(system, 'GET tools/update_lead', session);
    expect(again.text).toBe(second.text);
    expect(again.headers.get('etag')).toBe(second.headers.get('etag'));
  });

  it('states who, when, before, after and why, says to others that it did, and nothing for a change that changes nothing', async () => {
    const session = { organization: 'stating', user: 'ann' };
    await change(system, 'read_task', { permission: 'always_allow', comment: 'They may read' }, session);
    const same = await change(system, 'read_task', { permission: 'always_allow' }, session);
    expect([same.status, same.body['revision']]).toEqual([200, 1]);
    const history = await call(system, 'GET tools/read_task/history', session);
    expect(history.body['items']).toEqual([
      expect.objectContaining({
        revision: 1,
        by: 'ann',
        at: same.body['changedAt'],
        cause: 'edit',
        comment: 'They may read',
        before: expect.objectContaining({ permission: 'deny' }),
        after: expect.objectContaining({ permission: 'always_allow' }),
      }),
    ]);
    const { events } = await eventsSince(system.workDatabase, '0', 1000);
    expect(events.filter(({ organization }) => organization === 'stating')).toMatchObject([
      { type: 'policy.changed', subjectVersion: 1, data: { cause: 'edit', tools: ['read_task'] } },
    ]);
    expect(JSON.stringify(events)).not.toContain('They may read');
  });

  it('keeps the concrete list of fields from the first change on', async () => {
    const { body } = await change(system, 'create_task', { permission: 'ask' }, { organization: 'concrete' });
    const stored = await system.workDatabase.query<{ fields: string[] }[]>(
      "select fields from tool where organization = 'concrete'",
    );
    expect(stored[0]?.fields).toEqual(body['fields']);
    expect(stored[0]?.fields).toContain('subject');
  });

  it('lets one of two changes at the same time through', async () => {
    const organization = 'racing';
    const etag = (await call(system, 'GET tools/create_lead', { organization })).headers.get('etag') ?? '';
    const bodies = [{ permission: 'ask' }, { permission: 'always_allow' }];
    const answers = await Promise.all(
      bodies.map((body) => call(system, 'PATCH tools/create_lead', { organization, ifMatch: etag, body })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it.each([
    ['no If-Match', undefined, 428, 'precondition_required'],
    ['a tag of nothing', '"none-such"', 412, 'precondition_failed'],
    ['something that is no tag', 'W/none', 412, 'precondition_failed'],
  ])('refuses %s', async (_what, ifMatch, status, code) => {
    const answer = await call(system, 'PATCH tools/create_task', {
      body: { permission: 'ask' },
      ...(ifMatch !== undefined && { ifMatch }),
    });
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it.each([
    ['an unknown field', { permission: 'ask', colour: 'red' }, '/colour'],
    ['an unknown permission', { permission: 'allow' }, '/permission'],
    ['a wrong type', { permission: 'ask', fields: 'subject' }, '/fields'],
    ['a column that the table does not have', { fields: ['subject', 'rocket'] }, '/fields/1'],
    ['a column that a create can not write', { fields: ['createdon'] }, '/fields/0'],
    ['a column twice', { fields: ['subject', 'subject'] }, '/fields'],
    ['no column', { fields: [] }, '/fields'],
    ['a description without end', { description: 'x'.repeat(1025) }, '/description'],
    ['nothing but a comment', { comment: 'why' }, ''],
    ['an array', [], ''],
  ])('refuses %s and changes nothing', async (_what, body, pointer) => {
    const answer = await call(system, 'PATCH tools/create_task', { ifMatch: '*', body });
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_body']);
    expect(answer.body['errors']).toMatchObject([{ pointer }]);
    expect((await call(system, 'GET tools/create_task')).body['revision']).toBe(0);
  });

  it('refuses JSON that is none, an unknown tool and a foreign role', async () => {
    const broken = await call(system, 'PATCH tools/create_task', { raw: '{"permission":', ifMatch: '*' });
    expect([broken.status, broken.body['code']]).toEqual([400, 'invalid_json']);
    const unknown = await call(system, 'PATCH tools/create_rocket', { body: { permission: 'ask' }, ifMatch: '*' });
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'not_found']);
    const user = await call(system, 'PATCH tools/create_task', { roles: ['user'], body: {}, ifMatch: '*' });
    expect([user.status, user.body['code']]).toEqual([403, 'forbidden']);
  });
});

describe.each(['GET tools', 'GET tools/create_task', 'PATCH tools/create_task'])('%s', (request) => {
  it.each([
    ['no token', async () => undefined],
    ['an expired token', () => system.host.token(['admin'], { expiresInSeconds: -120 })],
    ['a token for somebody else', () => system.host.token(['admin'], { audience: 'other' })],
    ['a pipeline that is an administrator', () => system.host.token(['pipeline', 'admin'])],
  ])('answers 401 to %s', async (_what, token) => {
    const answer = await call(system, request, { token: await token() });
    expect([answer.status, answer.body['code']]).toEqual([401, 'unauthenticated']);
  });

  it('answers 403 to a pipeline', async () => {
    const answer = await call(system, request, { roles: ['pipeline'] });
    expect([answer.status, answer.body['code']]).toEqual([403, 'forbidden']);
  });
});

describe('organizations', () => {
  it('see nothing of each other', async () => {
    const etags = await change(system, 'create_account', { permission: 'always_allow' }, { organization: 'fabrikam' });
    const contoso = await call(system, 'GET tools/create_account');
    expect(contoso.body).toMatchObject({ permission: 'deny', revision: 0 });
    const foreign = await call(system, 'PATCH tools/create_account', {
      ifMatch: etags.headers.get('etag') ?? '',
      body: { permission: 'ask' },
    });
    expect(foreign.status).toBe(412);
  });

  it('are kept apart by the database itself', async () => {
    const count = (table: string) => system.httpDatabase.query<unknown[]>(`select from ${table}`);
    await change(system, 'create_account', { permission: 'ask' }, { organization: 'northwind' });
    for (const table of ['tool', 'revision', 'decision', 'event']) expect(await count(table)).toEqual([]);
    await expect(system.workDatabase.query('update tool set permission = $1', ['always_allow'])).rejects.toThrow(
      'permission denied',
    );
  });
});

it('describes its calls as OpenAPI, whose references lead somewhere', async () => {
  const { body, text } = await call(system, 'GET openapi.json', { token: undefined });
  const paths = body['paths'] as Record<string, Record<string, { responses: Record<string, unknown> }>>;
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/policy/v1/tools', '/policy/v1/tools/{key}']));
  expect(Object.keys(paths['/policy/v1/tools/{key}']?.['patch']?.responses ?? {})).toEqual(
    expect.arrayContaining(['200', '400', '401', '403', '404', '412', '428']),
  );
  const { schemas } = body['components'] as { schemas: object };
  const named = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect(named).toEqual(expect.arrayContaining(['Tool', 'ToolChange', 'ToolList', 'Problem']));
  expect(Object.keys(schemas)).toEqual(expect.arrayContaining(named));
});
