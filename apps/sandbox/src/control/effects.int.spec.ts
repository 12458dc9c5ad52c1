import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { serviceClient, startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';
import type { JournalEntry } from './journal.js';

const running: RunningSandbox = await startSandbox();
const [environment] = (await running.call('/control/info')).json.environments;

beforeEach(() => running.sandbox.reset());
afterAll(() => running.stop());

/** One request to each target that commits or answers a body, and what shows that it was carried out. */
const targets = {
  entra: async () => {
    const { location } = (await running.control('consent', { authorizationUrl, user: ada, decision: 'accept' })).json;
    return running.call('/organizations/oauth2/v2.0/token', {
      method: 'POST',
      body: new URLSearchParams({
        client_id: serviceClient.clientId,
        client_secret: serviceClient.clientSecret,
        grant_type: 'authorization_code',
        code: new URL(location).searchParams.get('code') ?? '',
        redirect_uri: redirectUri,
      }),
    });
  },
  discovery: async () => {
    const token = await running.tokenFor(ada, '/discovery');
    return running.call('/discovery/api/discovery/v2.0/Instances', { headers: { authorization: `Bearer ${token}` } });
  },
  dataverse: async () => {
    const token = await running.tokenFor(ada, '/dataverse/contoso');
    return running.call('/dataverse/contoso/api/data/v9.2/tasks', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, prefer: 'return=representation' },
      body: JSON.stringify({ activityid: randomUUID(), subject: 'Effect' }),
    });
  },
};
const names = Object.keys(targets) as (keyof typeof targets)[];
const changing = { entra: true, discovery: false, dataverse: true };
const ada = 'ada@contoso.example';
const redirectUri = 'http://127.0.0.1:8080/auth/v1/callback';
const authorizationUrl = `${running.origin}/organizations/oauth2/v2.0/authorize?${new URLSearchParams({
  client_id: serviceClient.clientId,
  response_type: 'code',
  redirect_uri: redirectUri,
  scope: `openid offline_access ${running.origin}/discovery/user_impersonation`,
}).toString()}`;

async function last(target: string): Promise<JournalEntry | undefined> {
  return (await running.call(`/control/journal?target=${target}`)).json.items.at(-1);
}

describe.each(names)('at %s', (target) => {
  const fault = (effect: object, more: object = {}) =>
    running.control('faults', { target, match: { user: ada }, effect, ...more });

  it('dropBeforeCommit neither answers nor carries out', async () => {
    await fault({ kind: 'dropBeforeCommit' }, { times: 1 });
    await expect(targets[target]()).rejects.toThrow();
    expect(await last(target)).toMatchObject({ status: 0, committed: false });
    expect((await targets[target]()).status).toBeLessThan(300);
  });

  it('dropAfterCommit carries out and does not answer', async () => {
    await fault({ kind: 'dropAfterCommit' });
    await expect(targets[target]()).rejects.toThrow();
    expect(await last(target)).toMatchObject({ status: 0, committed: changing[target] });
  });

  it('cutBody carries out, and ends within the body', async () => {
    await fault({ kind: 'cutBody' });
    await expect(targets[target]()).rejects.toThrow();
    const entry = await last(target);
    expect(entry).toMatchObject({ committed: changing[target] });
    expect(entry?.status).toBeGreaterThanOrEqual(200);
  });

  it('html answers a page with a status of success, and carries nothing out', async () => {
    await fault({ kind: 'html' });
    const { status, headers, json } = await targets[target]();
    expect([status, headers.get('content-type'), json]).toEqual([200, 'text/html; charset=utf-8', undefined]);
    expect(await last(target)).toMatchObject({ status: 200, committed: false });
  });

  it('slowBody sends the head at once and the whole body late', async () => {
    await fault({ kind: 'slowBody', ms: 200 });
    const began = performance.now();
    const { json } = await targets[target]();
    expect(json).toBeTruthy();
    expect(performance.now() - began).toBeGreaterThanOrEqual(190);
  });

  it('delay and delayAfterCommit answer late', async () => {
    for (const kind of ['delay', 'delayAfterCommit']) {
      await fault({ kind, ms: 100 }, { times: 1 });
      const began = performance.now();
      expect((await targets[target]()).status).toBeLessThan(300);
      expect(performance.now() - began).toBeGreaterThanOrEqual(95);
    }
  });

  it('status answers with Retry-After in the words of the target', async () => {
    await fault({ kind: 'status', status: 429, retryAfter: 3 });
    const { status, headers, json } = await targets[target]();
    expect([status, headers.get('retry-after')]).toEqual([429, '3']);
    expect(json.error).toBeTruthy();
  });

  it('the first that matches applies alone', async () => {
    await running.control('faults', { target, match: { user: 'ben@contoso.example' }, effect: { kind: 'html' } });
    await fault({ kind: 'status', status: 503 }, { times: 1 });
    await fault({ kind: 'status', status: 500 }, { times: 1 });
    const statuses = [await targets[target](), await targets[target](), await targets[target]()];
    expect(statuses.map(({ status }) => status).slice(0, 2)).toEqual([503, 500]);
    expect(statuses[2]?.status).toBeLessThan(300);
  });
});

it('cutBody of an answer without a body is no answer', async () => {
  await running.control('faults', { target: 'dataverse', effect: { kind: 'cutBody' } });
  const token = await running.tokenFor(ada, '/dataverse/contoso');
  const create = running.call('/dataverse/contoso/api/data/v9.2/tasks', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: '{"subject":"Cut"}',
  });
  await expect(create).rejects.toThrow();
  expect(await last('dataverse')).toMatchObject({ status: 0, committed: true, environment: environment.id });
});
