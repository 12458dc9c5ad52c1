import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';
import { secretMarkers } from '../markers.js';
import type { JournalEntry } from './journal.js';

const running: RunningSandbox = await startSandbox();
const ada = await running.tokenFor('ada@contoso.example', '/dataverse/contoso');
const { environments, users } = (await running.call('/control/info')).json;
const environment: string = environments[0].id;

beforeEach(() => running.sandbox.reset());
afterAll(() => running.stop());

function createTask(id: string, signal?: AbortSignal) {
  return running.call('/dataverse/contoso/api/data/v9.2/tasks', {
    method: 'POST',
    headers: { authorization: `Bearer ${ada}` },
    body: JSON.stringify({ activityid: id, subject: 'Fault' }),
    ...(signal ? { signal } : {}),
  });
}

async function journal(target = 'dataverse', since = 0): Promise<JournalEntry[]> {
  return (await running.call(`/control/journal?target=${target}&since=${since}`)).json.items;
}

async function taskIds(): Promise<string[]> {
  const { json } = await running.call(`/control/records?environment=${environment}&table=task`);
  return json.items.map((row: { activityid: string }) => row.activityid);
}

const onTasks = { method: 'POST', path: '/api/data/v9.2/tasks' };
const fault = (effect: object, more: object = {}) =>
  running.control('faults', { target: 'dataverse', match: onTasks, effect, ...more });

describe('faults', () => {
  it('dropAfterCommit commits, and then nothing is answered', async () => {
    const id = randomUUID();
    expect((await fault({ kind: 'dropAfterCommit' }, { times: 1 })).json).toEqual({ id: expect.any(String) });
    await expect(createTask(id)).rejects.toThrow();
    expect(await taskIds()).toEqual([id]);
    expect((await journal()).at(-1)).toMatchObject({
      committed: true,
      status: 0,
      user: 'ada@contoso.example',
      environment,
    });
    expect((await createTask(id)).status).toBe(412);
  });

  it('delayAfterCommit has committed while the answer is still on its way, and although the client leaves', async () => {
    const id = randomUUID();
    await fault({ kind: 'delayAfterCommit', ms: 600_000 });
    const leaving = new AbortController();
    const answer = createTask(id, leaving.signal);
    while (!(await journal()).some(({ committed }) => committed));
    expect((await journal()).at(-1)).toMatchObject({
      method: 'POST',
      path: '/api/data/v9.2/tasks',
      status: 204,
      committed: true,
    });
    expect(await taskIds()).toEqual([id]);
    leaving.abort();
    await expect(answer).rejects.toThrow();
  });

  it('delay shows the request before it commits', async () => {
    const id = randomUUID();
    await fault({ kind: 'delay', ms: 150 });
    const answer = createTask(id);
    while ((await journal()).length === 0);
    expect((await journal()).at(-1)).toMatchObject({ status: 0, committed: false });
    expect(await taskIds()).toEqual([]);
    expect((await answer).status).toBe(204);
  });

  it('status answers in the form of its target, as often as asked, and commits nothing', async () => {
    const full = { method: 'POST', path: '/dataverse/contoso/api/data/v9.2/tasks', environment };
    await fault({ kind: 'status', status: 429, code: '0x80072322', retryAfter: 7 }, { times: 1, match: full });
    const { status, headers, json } = await createTask(randomUUID());
    expect([status, headers.get('retry-after'), json.error.code]).toEqual([429, '7', '0x80072322']);
    expect(await taskIds()).toEqual([]);
    expect((await createTask(randomUUID())).status).toBe(204);
    await running.control('faults', { target: 'entra', effect: { kind: 'status', status: 400, code: 'AADSTS65001' } });
    const token = await running.call('/organizations/oauth2/v2.0/token', {
      method: 'POST',
      body: 'grant_type=refresh_token',
    });
    expect(token.json).toMatchObject({ error: 'invalid_grant', suberror: 'consent_required', error_codes: [65001] });
  });

  it('end with DELETE', async () => {
    await fault({ kind: 'status', status: 503 });
    expect((await createTask(randomUUID())).status).toBe(503);
    expect((await running.call('/control/faults', { method: 'DELETE' })).status).toBe(204);
    expect((await createTask(randomUUID())).status).toBe(204);
  });
});

describe('records', () => {
  it('are changed as another user would, and shown with lookups as ids', async () => {
    const account = randomUUID();
    const write = (table: string, id: string, fields: object) =>
      running.control('records', { environment, table, id, fields });
    expect((await write('account', account, { name: 'Alpine' })).status).toBe(201);
    const id = randomUUID();
    await createTask(id);
    expect((await write('task', id, { regardingobjectid: account, subject: 'By another' })).status).toBe(200);
    const { json } = await running.call(`/control/records?environment=${environment}&table=task`);
    expect(json.items).toEqual([
      expect.objectContaining({ activityid: id, subject: 'By another', regardingobjectid: account }),
    ]);
    expect(json.items[0].modifiedby).not.toBe(json.items[0].createdby);
  });
});

describe('session', () => {
  const verified = async (token: string, audience: string) =>
    (
      await jwtVerify(token, createRemoteJWKSet(new URL(`${running.origin}/host/jwks.json`)), {
        issuer: 'https://sandbox.invalid',
        audience,
      })
    ).payload;

  it('is a token of the host product that lives an hour at most', async () => {
    const body = { organization: 'org-1', user: 'rep', roles: ['user'] };
    const { json } = await running.control('session', body);
    const claims = await verified(json.token, 'bliro-crm');
    expect(claims).toMatchObject({ org: 'org-1', sub: 'rep', roles: ['user'] });
    expect((claims.exp ?? 0) - Date.now() / 1000).toBeLessThanOrEqual(3600);
    const other = await running.control('session', { ...body, audience: 'elsewhere' });
    expect((await verified(other.json.token, 'elsewhere')).aud).toBe('elsewhere');
    const expired = await running.control('session', { ...body, expiresInSeconds: -120 });
    await expect(verified(expired.json.token, 'bliro-crm')).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
    expect((await running.control('session', { ...body, expiresInSeconds: 3601 })).status).toBe(400);
  });

  it('has another key than the pipeline, whose messages carry no marker', async () => {
    const job = { userId: 'rep', meetingId: 'm', actions: [] };
    const { json } = await running.control('job-message', { organization: 'org-1', idempotencyKey: 'k', job });
    const keys = createRemoteJWKSet(new URL(`${running.origin}/host/pipeline-jwks.json`));
    const { payload } = await jwtVerify(json.jws, keys, {
      typ: 'crm-job+jwt',
      audience: 'crm-jobs',
      maxTokenAge: '24h',
    });
    expect(payload).toMatchObject({ ...job, org: 'org-1', idempotencyKey: 'k' });
    expect(secretMarkers.some((marker) => json.jws.includes(marker))).toBe(false);
    await expect(verified(json.jws, 'crm-jobs')).rejects.toThrow();
  });
});

describe('consent', () => {
  const link = (redirectUri: string) => {
    const query = new URLSearchParams({
      client_id: 'f752681c-0e51-4cab-a13b-1134a8477b88',
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: `openid offline_access ${running.origin}/discovery/user_impersonation`,
    });
    return `${running.origin}/organizations/oauth2/v2.0/authorize?${query.toString()}`;
  };
  const good = link('http://127.0.0.1:8080/auth/v1/callback');

  it('clicks as a browser would, and the journal shows the scopes that were asked for', async () => {
    const answer = await running.control('consent', {
      authorizationUrl: good,
      user: 'nia@northwind.example',
      decision: 'return',
    });
    expect(answer.json.location).toContain('error=access_denied&error_subcode=cancel');
    expect((await journal('entra')).at(-1)).toMatchObject({
      user: 'nia@northwind.example',
      scope: `openid offline_access ${running.origin}/discovery/user_impersonation`,
    });
  });

  it.each([
    [{ user: 'nia@northwind.example' }, 409, 'not_offered'],
    [{ user: 'nobody@contoso.example' }, 400, 'unknown_user'],
    [{ decision: 'perhaps' }, 400, 'invalid_body'],
    [
      { authorizationUrl: 'https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize' },
      400,
      'foreign_link',
    ],
    [{ authorizationUrl: `${running.origin}/control/reset` }, 400, 'not_a_consent_link'],
    [{ authorizationUrl: link('https://evil.example/') }, 400, 'refused_by_entra'],
  ])('refuses %j with %d %s', async (more, status, code) => {
    const body = { authorizationUrl: good, user: 'ada@contoso.example', decision: 'accept', ...more };
    const answer = await running.control('consent', body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.json).toMatchObject({ status, code, detail: expect.any(String) });
  });
});

describe('the control API', () => {
  it('lists what surface.md names, the same after a reset', async () => {
    const before = await running.call('/control/info');
    await running.control('reset', '');
    expect((await running.call('/control/info')).json).toEqual(before.json);
    const named = [
      'ada@contoso.example',
      'ben@contoso.example',
      'eve@contoso.example',
      'fay@fabrikam.example',
      'nia@northwind.example',
    ];
    expect(users.map(({ upn }: { upn: string }) => upn)).toEqual(expect.arrayContaining(named));
  });

  it.each([
    ['session', '{"organization":', 'invalid_json'],
    ['session', '[]', 'invalid_body'],
    ['session', '{"organization":"o","user":"u","roles":["user"],"colour":1}', 'invalid_body'],
    ['faults', '{"target":"entra"}', 'invalid_body'],
    ['records', `{"environment":"${randomUUID()}","table":"task","fields":{}}`, 'unknown_environment'],
    ['records', `{"environment":"${environment}","table":"nothing","fields":{}}`, 'unknown_table'],
    ['records', `{"environment":"${environment}","table":"task","fields":{"colour":1}}`, 'unknown_column'],
    ['records', `{"environment":"${environment}","table":"task","fields":{"prioritycode":77}}`, 'invalid_field'],
    [
      'records',
      `{"environment":"${environment}","table":"task","fields":{"regardingobjectid":"${randomUUID()}"}}`,
      'invalid_field',
    ],
  ])('answers bad input to %s with 400: %s', async (path, body, code) => {
    const answer = await running.control(path, body);
    expect([answer.status, answer.json.code]).toEqual([400, code]);
  });

  it('answers 400 to a bad query', async () => {
    for (const path of [
      'journal?target=mars',
      'journal?since=x',
      'records?table=task',
      'records?environment=x&table=task',
    ])
      expect((await running.call(`/control/${path}`)).status).toBe(400);
  });

  it('takes no calls by a foreign name or from a foreign page, and sends no CORS headers', async () => {
    const status = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        request(`${running.origin}/control/info`, { headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        })
          .on('error', reject)
          .end();
      });
    const port = new URL(running.origin).port;
    expect(await status({ host: `localhost:${port}` })).toBe(200);
    expect(await status({ host: `127.0.0.1.evil.example:${port}` })).toBe(403);
    expect(await status({ origin: 'https://evil.example' })).toBe(403);
    const { headers } = await running.call('/control/info');
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('has pages and health', async () => {
    await createTask(randomUUID());
    const [home, log] = await Promise.all([running.call('/'), running.call('/journal')]);
    for (const page of [home, log]) expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(home.text).toContain('ada@contoso.example');
    expect(log.text).toContain('/api/data/v9.2/tasks');
    for (const path of ['/health/live', '/health/ready']) expect((await running.call(path)).status).toBe(200);
  });

  it('survives addresses that are none', async () => {
    const paths = [
      '/%',
      '/%00',
      '//',
      '/dataverse',
      '/dataverse/contoso',
      '/discovery/',
      `/${'x'.repeat(5000)}/v2.0/adminconsent`,
    ];
    for (const path of paths) {
      const { status } = await running.call(path);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
  });
});
