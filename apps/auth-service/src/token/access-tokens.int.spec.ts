import type { AuthService } from '@bliro/contract/auth';
import { grantJws } from '@bliro/contract/policy';
import { createSigner, generateSigningKey } from '@bliro/signing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { type AuthSystem, authSystem } from '../fixture/auth-system.js';
import { ada, WorkerOfUser } from '../fixture/worker.js';

const organization = 'org-1';
let system: AuthSystem;
let worker: AuthService;
let user: WorkerOfUser;
let users = 0;
beforeAll(async () => {
  system = await authSystem();
  worker = await system.as('crm-worker');
}, 30_000);
afterAll(() => system.close());
beforeEach(async () => {
  await system.sandbox.control('reset', {});
  user = await WorkerOfUser.of(system, worker, organization, `user-${(users += 1)}`);
});

describe('a grant', () => {
  test('for that user gets a token for their environment alone', async () => {
    const connection = await user.browser.activate(ada);
    const { given } = await user.ask();
    expect(given).toMatchObject({
      connectionId: connection.id,
      environmentId: connection.environment?.id,
      environmentUrl: connection.environment?.url,
      tenantId: connection.account?.tenantId,
      connectionVersion: (await user.row()).version,
    });
    const answer = await fetch(`${given?.apiUrl}/api/data/v9.2/WhoAmI`, {
      headers: { authorization: `Bearer ${given?.accessToken}` },
    });
    expect(answer.status).toBe(200);
    const elsewhere = await fetch(`${system.sandbox.origin}/discovery/api/discovery/v2.0/Instances`, {
      headers: { authorization: `Bearer ${given?.accessToken}` },
    });
    expect(elsewhere.status).toBe(401);
  });

  test.each<[string, () => Promise<string>]>([
    ['none at all', () => Promise.resolve('none')],
    ['a stale one', () => system.policy.grant(organization, user.userId, { expiresInSeconds: -10 })],
    ['another user’s', () => system.policy.grant(organization, 'somebody-else')],
    ['another organization’s', () => system.policy.grant('org-2', user.userId)],
    ['one for another service', () => system.policy.grant(organization, user.userId, { audience: 'job-service' })],
    [
      'one that another key signed',
      async () => {
        const kid = decodeProtectedHeader(await system.policy.grant(organization, user.userId)).kid;
        const key = JSON.stringify({ ...JSON.parse(await generateSigningKey()), kid });
        const signer = createSigner(key, grantJws.issuer);
        return system.policy.grant(organization, user.userId, { signer });
      },
    ],
  ])('%s: no token', async (_name, grant) => {
    await user.browser.activate(ada);
    const answer = await user.ask(await grant());
    expect(answer.given).toBeUndefined();
    expect(answer.refused?.code).toBe('grant_refused');
  });

  test('one answer for each question, in their order', async () => {
    await user.browser.activate(ada);
    const other = await system.policy.grant(organization, 'nobody');
    const good = await system.policy.grant(organization, user.userId);
    const { answers } = await worker.accessTokens({
      questions: [
        { organization, userId: 'nobody', grant: other },
        { organization, userId: user.userId, grant: good },
        { organization, userId: user.userId, grant: other },
      ],
    });
    expect(answers.map(({ given, refused }) => refused?.code ?? given?.connectionId)).toEqual([
      'not_connected',
      (await user.row()).id,
      'grant_refused',
    ]);
  });

  test.each(['job-service', 'policy-service'] as const)('%s may not ask at all', async (service) => {
    const client = await system.as(service);
    const question = { organization, userId: user.userId, grant: await system.policy.grant(organization, user.userId) };
    await expect(client.accessTokens({ questions: [question] })).rejects.toMatchObject({ code: 'denied' });
  });
});

describe('the state of the connection', () => {
  test('not connected, no environment, disconnected', async () => {
    expect((await user.ask()).refused?.code).toBe('not_connected');
    await user.browser.begin();
    expect((await user.ask()).refused?.code).toBe('not_connected');
    await user.browser.connect(ada);
    expect((await user.ask()).refused?.code).toBe('environment_required');
    await user.browser.activate(ada);
    expect((await user.ask()).given).toBeDefined();
    await user.browser.call('DELETE', 'connections/dynamics');
    expect((await user.ask()).refused?.code).toBe('not_connected');
  });

  test('a disconnect leaves neither token nor key', async () => {
    await user.browser.activate(ada);
    const { id, dataKeyId } = await user.row();
    expect(dataKeyId).not.toBeNull();
    await user.browser.call('DELETE', 'connections/dynamics');
    expect(await user.row()).toMatchObject({ ciphertext: null, dataKeyId: null, status: 'disconnected' });
    expect(await user.keys(id)).toEqual([]);
  });

  test('a key store that is down: the token is gone all the same, and the key as soon as it is back', async () => {
    await user.browser.activate(ada);
    const { id } = await user.row();
    await system.keyStoreProxy.down();
    const answer = await user.browser.call('DELETE', 'connections/dynamics');
    expect([answer.status, await answer.json()]).toEqual([
      503,
      expect.objectContaining({ code: 'key_store_unavailable' }),
    ]);
    expect(await user.row()).toMatchObject({ ciphertext: null, status: 'disconnected' });
    expect((await user.ask()).refused?.code).toBe('not_connected');
    await system.keyStoreProxy.up();
    expect((await user.browser.call('DELETE', 'connections/dynamics')).status).toBe(204);
    expect(await user.keys(id)).toEqual([]);
  });

  test('a row without its key gives nothing, and reads as disconnected', async () => {
    await user.browser.activate(ada);
    await system.keyDatabase.query('delete from data_key where id = $1', [(await user.row()).dataKeyId]);
    system.memory.drop((await user.row()).id);
    expect((await user.ask()).refused?.code).toBe('not_connected');
    expect(await user.browser.connection()).toMatchObject({ status: 'disconnected' });
  });

  test('a stored address that no token may go to: none is asked for, and none in memory is given', async () => {
    await user.browser.activate(ada);
    const foreign = 'https://contoso.crm.dynamics.com.evil.example';
    await user.set(`environment_url = '${foreign}', environment_api_url = '${foreign}'`);
    const row = await user.row();
    system.memory.keep(row, foreign, { accessToken: 'a-token', expiresAt: new Date(Date.now() + 3_600_000) });
    const before = (await user.refreshes()).length;
    expect((await user.ask()).refused?.code).toBe('environment_required');
    system.memory.drop(row.id);
    expect((await user.ask()).refused?.code).toBe('environment_required');
    expect((await user.refreshes()).length).toBe(before);
  });

  test('changes are events, numbered, with the version that they made', async () => {
    await user.browser.activate(ada);
    const { id, version } = await user.row();
    const jobs = await system.as('job-service');
    const { events } = await jobs.eventsSince({ cursor: '0', limit: 1000 });
    const mine = events.filter(({ subject, type }) => subject === id && type === 'connection.changed');
    expect(mine.map(({ dataJson }) => (JSON.parse(dataJson) as { status: string }).status)).toEqual([
      'awaiting_environment',
      'active',
    ]);
    expect(mine.at(-1)).toMatchObject({ organization, subjectVersion: version });
  });
});

describe('evidence', () => {
  const eventsOf = async (id: string) => {
    const { events } = await (await system.as('job-service')).eventsSince({ cursor: '0', limit: 1000 });
    return events
      .filter(({ subject }) => subject === id)
      .map(({ type, dataJson }) => ({ type, ...(JSON.parse(dataJson) as { why?: string; by?: string }) }));
  };

  test('each use of the vault and each token is an event with who, why and the decision', async () => {
    const { id } = await user.activeWithoutToken();
    const grant = await system.policy.grant(organization, user.userId);
    const [{ id: decision } = { id: '' }] = (decodeJwt(grant) as { decisions?: { id: string }[] }).decisions ?? [];
    await user.ask(grant);
    const events = await eventsOf(id);
    const use = { why: 'grant', by: 'crm-worker', decisions: [decision], userId: user.userId };
    expect(events.slice(-3)).toEqual([
      { type: 'vault.opened', ...use },
      { type: 'vault.sealed', ...use },
      { type: 'token.issued', ...use },
    ]);
    expect(events).toContainEqual({ type: 'vault.sealed', userId: user.userId, why: 'sign_in', by: user.userId });
    expect(events).toContainEqual({ type: 'vault.opened', userId: user.userId, why: 'label', by: user.userId });
  });

  test('permission asked for again under the same decision is stated once', async () => {
    const { id } = await user.activeWithoutToken();
    const grant = await system.policy.grant(organization, user.userId);
    await user.ask(grant);
    await user.ask(grant);
    await user.ask();
    expect((await eventsOf(id)).filter(({ type }) => type === 'token.issued')).toHaveLength(2);
  });

  test('without the event there is no token', async () => {
    await user.activeWithoutToken();
    const before = (await user.refreshes()).length;
    await system.ownDatabase('alter table auth.event rename to event_away');
    try {
      await expect(user.ask()).resolves.toMatchObject({ refused: { code: 'unavailable' } });
      expect((await user.refreshes()).length).toBe(before);
    } finally {
      await system.ownDatabase('alter table auth.event_away rename to event');
    }
  });
});

test('no secret is in a log line or in a table', async () => {
  const { secretMarkers } = system.sandbox.info;
  await user.activeWithoutToken();
  const { given } = await user.ask();
  expect(secretMarkers.some((marker) => given?.accessToken.includes(marker))).toBe(true);
  const rows = JSON.stringify([
    await system.workDatabase.query('select * from connection'),
    await system.workDatabase.query('select * from consent_attempt'),
    await system.workDatabase.query('select * from event'),
    await system.keyDatabase.query('select * from data_key'),
  ]);
  const logged = system.lines.join('');
  expect(logged).toMatch(/"organization":"org-1".*an access token was asked for/);
  for (const marker of secretMarkers) {
    for (const form of [
      marker,
      Buffer.from(marker).toString('base64').replace(/=+$/, ''),
      Buffer.from(marker).toString('hex'),
    ]) {
      expect(rows.includes(form)).toBe(false);
      expect(logged.includes(form)).toBe(false);
    }
  }
});
