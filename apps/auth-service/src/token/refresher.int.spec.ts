import type { AuthService, TokenAnswer } from '@bliro/contract/auth';
import type { Fault } from '@bliro/sandbox-client';
import { eventually } from '@bliro/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
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

const fault = (effect: Fault['effect'], more: Partial<Fault> = {}) =>
  system.sandbox.addFault({ target: 'entra', effect, ...more });

describe('refreshing', () => {
  test('many questions at once make one call to Entra, and the next none', async () => {
    await user.activeWithoutToken();
    const before = (await user.refreshes()).length;
    const answers = await Promise.all(Array.from({ length: 20 }, () => user.ask()));
    expect(answers.filter(({ given }) => given !== undefined)).toHaveLength(20);
    expect((await user.refreshes()).length).toBe(before + 1);
    await user.ask();
    expect((await user.refreshes()).length).toBe(before + 1);
  });

  test('each rotated token has a key of its own, and the old key goes', async () => {
    const before = await user.activeWithoutToken();
    await user.ask();
    const after = await user.row();
    expect(after).toMatchObject({ generation: before.generation + 1, version: before.version });
    expect(after.dataKeyId).not.toBe(before.dataKeyId);
    await eventually(async () => (await user.keys(after.id)).length === 1 || undefined);
    expect(await user.keys(after.id)).toEqual([after.dataKeyId]);
  });

  test('ten in five minutes, then a time to wait', async () => {
    const { id } = await user.activeWithoutToken();
    const answers: TokenAnswer[] = [];
    for (let round = 0; round < 11; round += 1) {
      system.memory.drop(id);
      answers.push(await user.ask());
    }
    const { refused } = answers.at(-1) ?? {};
    expect(refused?.code).toBe('unavailable');
    expect(refused?.retryAfterMs).toBeGreaterThan(200_000);
    expect((await user.refreshes()).length).toBe(10);
    expect((await user.row()).status).toBe('active');
  });

  test('a lease of somebody else is waited for, and taken over when it is over', async () => {
    await user.activeWithoutToken();
    await user.set(`lease_holder = gen_random_uuid(), lease_until = clock_timestamp() + interval '300 milliseconds'`);
    expect((await user.ask()).given).toBeDefined();
  });

  test('two processes ask one after another, and both are answered', async () => {
    const { id } = await user.activeWithoutToken();
    const replica = await system.replica();
    // Good for longer than one may wait for the other: how busy the machine is doesn't matter.
    const grant = await system.policy.grant(organization, user.userId, { expiresInSeconds: 60 });
    const question = { organization, userId: user.userId, grant };
    const answers = await Promise.all([user.ask(grant), user.ask(grant), replica.answer([question, question])]);
    expect(answers.flat().map(({ given, refused }) => given?.connectionId ?? refused)).toEqual([id, id, id, id]);
    expect(await user.refreshes()).toHaveLength(3);
    await eventually(async () => (await user.keys(id)).length === 1 || undefined);
  });

  test('a thousand at once make one call to Entra', async () => {
    await user.activeWithoutToken();
    const before = (await user.refreshes()).length;
    const grant = await system.policy.grant(organization, user.userId, { expiresInSeconds: 30 });
    const question = { organization, userId: user.userId, grant };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => worker.accessTokens({ questions: Array.from({ length: 200 }, () => question) })),
    );
    const given = answers.flatMap((reply) => reply.answers).filter((answer) => answer.given !== undefined);
    expect(given).toHaveLength(1000);
    expect((await user.refreshes()).length).toBe(before + 1);
  });

  test('eight processes make at most one call each, one after another, and nobody fails', async () => {
    await user.activeWithoutToken();
    const before = (await user.refreshes()).length;
    const replicas = await Promise.all(Array.from({ length: 7 }, () => system.replica()));
    const grant = await system.policy.grant(organization, user.userId, { expiresInSeconds: 30 });
    const question = { organization, userId: user.userId, grant };
    const ask = Array.from({ length: 20 }, () => question);
    const answers = await Promise.all([
      ...replicas.map((replica) => replica.answer(ask)),
      worker.accessTokens({ questions: ask }).then((reply) => reply.answers),
    ]);
    expect(answers.flat().filter(({ given }) => given === undefined)).toEqual([]);
    expect((await user.refreshes()).length - before).toBeLessThanOrEqual(8);
  }, 60_000);

  test('a process that dies in the middle of a refresh blocks nobody for longer than its lease, and loses nothing', async () => {
    const before = await user.activeWithoutToken();
    await user.set(`lease_holder = gen_random_uuid(), lease_until = clock_timestamp() + interval '1 second'`);
    const seconds = await system.workDatabase.query<{ left: number }[]>(
      `select extract(epoch from lease_until - clock_timestamp())::float as left from connection where id = $1`,
      [before.id],
    );
    expect(seconds[0]?.left).toBeLessThanOrEqual(15);
    expect((await user.ask()).given).toBeDefined();
    expect(await user.row()).toMatchObject({ status: 'active', generation: before.generation + 1, leaseHolder: null });
  });

  test('a token that was moved into another user’s row opens nothing there, and changes no state', async () => {
    const mine = await user.activeWithoutToken();
    const victim = await WorkerOfUser.of(system, worker, organization, `${user.userId}-victim`);
    await victim.activeWithoutToken();
    await victim.set(`ciphertext = '${mine.ciphertext}', data_key_id = '${mine.dataKeyId}'`);
    const before = (await user.refreshes()).length;
    expect((await victim.ask()).refused?.code).toBe('unavailable');
    expect((await user.refreshes()).length).toBe(before);
    expect((await victim.row()).status).toBe('active');
    expect(system.lines.join('')).toMatch(/"organization":"org-1".*CiphertextRefused.*"refresh_token_unreadable"/);
  });

  test('a disconnect during a refresh wins, without waiting for it', async () => {
    const { id } = await user.activeWithoutToken();
    await fault({ kind: 'delay', ms: 700 }, { times: 1 });
    let answered = false;
    const asked = user.ask().finally(() => (answered = true));
    await eventually(async () => (await user.row()).leaseHolder ?? undefined);
    expect((await user.browser.call('DELETE', 'connections/dynamics')).status).toBe(204);
    expect(answered).toBe(false);
    expect((await asked).refused?.code).toBe('not_connected');
    expect(await user.row()).toMatchObject({ status: 'disconnected', ciphertext: null, leaseHolder: null });
    await eventually(async () => (await user.keys(id)).length === 0 || undefined);
  });
});

describe('what Microsoft says', () => {
  test.each<[string, Fault['effect']]>([
    ['an outage', { kind: 'status', status: 503, retryAfter: 7 }],
    ['a connection that is cut', { kind: 'dropAfterCommit' }],
    ['what Entra takes for a loop', { kind: 'status', status: 400, code: '50196' }],
    ['a wrong secret of ours', { kind: 'status', status: 401, code: '7000215' }],
    ['a refusal that nobody knows', { kind: 'status', status: 400, code: '99999' }],
  ])('%s changes no state', async (_name, effect) => {
    const before = await user.activeWithoutToken();
    await fault(effect);
    const { refused } = await user.ask();
    expect(refused?.code).toBe('unavailable');
    expect(refused?.retryAfterMs).toBeGreaterThan(0);
    const { status, version, ciphertext, leaseHolder } = await user.row();
    expect([status, version, leaseHolder]).toEqual(['active', before.version, null]);
    expect(ciphertext).not.toBeNull();
    await system.sandbox.clearFaults();
    await eventually(async () => (await user.ask()).given);
  });

  test.each([
    ['50173', 'sessions_revoked', false],
    ['700082', 'refresh_token_expired', false],
    ['50034', 'user_removed', false],
    ['65001', 'consent_revoked', false],
    ['50076', 'interaction_required', true],
    ['53003', 'blocked_by_policy', true],
    ['50105', 'access_removed', true],
  ])('%s: %s', async (code, reason, kept) => {
    const before = await user.activeWithoutToken();
    await fault({ kind: 'status', status: 400, code });
    expect((await user.ask()).refused?.code).toBe('reconnect_required');
    const row = await user.row();
    expect(row).toMatchObject({ status: 'needs_reconnect', reason, version: before.version + 1 });
    expect(row.ciphertext !== null).toBe(kept);
    expect(await user.keys(row.id)).toHaveLength(kept ? 1 : 0);
    expect(await user.browser.connection()).toMatchObject({ reason, message: expect.any(String) });

    const asked = (await user.refreshes()).length;
    expect((await user.ask()).refused?.code).toBe('reconnect_required');
    expect((await user.refreshes()).length).toBe(asked);

    await system.sandbox.clearFaults();
    expect(await user.browser.connect(ada)).toContain('connection=connected');
    expect(await user.browser.connection()).toMatchObject({ status: 'active' });
    expect((await user.ask()).given).toBeDefined();
  });

  test('a challenge is passed on to the next sign-in, and only there', async () => {
    await user.activeWithoutToken();
    await fault({ kind: 'status', status: 400, code: '50076' }, { times: 1 });
    await user.ask();
    const { authorizationUrl } = await user.browser.begin();
    expect(new URL(authorizationUrl).searchParams.get('claims')).toContain('capolids');
    await user.browser.connect(ada);
    expect(new URL((await user.browser.begin()).authorizationUrl).searchParams.has('claims')).toBe(false);
  });

  test('a block is asked about again when its time has come, and ends by itself', async () => {
    await user.activeWithoutToken();
    await fault({ kind: 'status', status: 400, code: '53003' }, { times: 2 });
    await user.ask();
    const due = () => user.set('probe_at = clock_timestamp()');
    const { version } = await user.row();
    await due();
    await system.upkeep.run();
    expect(await user.row()).toMatchObject({ status: 'needs_reconnect', probeIntervalSeconds: 120, version });
    await due();
    await system.upkeep.run();
    expect(await user.row()).toMatchObject({ status: 'active', reason: null, probeAt: null, version: version + 1 });
  });

  test('an unknown refusal counts the third time, each ten minutes after the one before', async () => {
    await user.activeWithoutToken();
    await fault({ kind: 'status', status: 400, code: '99999' });
    for (const expected of ['active', 'active', 'needs_reconnect']) {
      await user.ask();
      await user.ask();
      expect((await user.row()).status).toBe(expected);
      await user.set(`unknown_refusal_at = unknown_refusal_at - interval '11 minutes'`);
    }
    expect(await user.row()).toMatchObject({ reason: 'refused_by_microsoft' });
  });

  test('a kept token is destroyed when its days are over, and its key with the sweep', async () => {
    const { id } = await user.activeWithoutToken();
    await fault({ kind: 'status', status: 400, code: '50057' }, { times: 1 });
    await user.ask();
    const days = ((await user.row()).keepTokenUntil?.getTime() ?? 0) - Date.now();
    expect(days / 86_400_000).toBeCloseTo(7, 1);
    await user.set('keep_token_until = clock_timestamp()');
    await system.keyDatabase.query(`update data_key set created_at = created_at - interval '1 hour'`);
    await system.upkeep.run();
    expect(await user.row()).toMatchObject({ status: 'needs_reconnect', ciphertext: null });
    expect(await user.keys(id)).toEqual([]);
  });

  test('a short fault is got over by a second try; an outage is not made a storm', async () => {
    const { id } = await user.activeWithoutToken();
    const asked = async () => (await user.refreshes()).length;
    const before = await asked();
    await fault({ kind: 'dropBeforeCommit' }, { times: 1 });
    expect((await user.ask()).given).toBeDefined();
    await fault({ kind: 'status', status: 503 });
    system.memory.drop(id);
    for (let round = 0; round < 8; round += 1) expect((await user.ask()).refused?.code).toBe('unavailable');
    expect((await asked()) - before).toBeLessThanOrEqual(8);
    await system.sandbox.clearFaults();
    await eventually(async () => (await user.ask()).given, { timeoutMs: 20_000 });
  }, 30_000);
});

describe('time', () => {
  test('an idle connection is kept alive, and the next time is weeks away', async () => {
    await user.activeWithoutToken();
    await user.set(`keep_alive_at = clock_timestamp()`);
    const before = await user.row();
    await system.upkeep.run();
    const after = await user.row();
    expect(after.generation).toBe(before.generation + 1);
    const days = ((after.keepAliveAt?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29);
    expect(days).toBeLessThan(61);
  });

  test('not where the organization does not want it, and a broken one is left alone', async () => {
    await user.activeWithoutToken();
    const due = 'keep_alive_at = clock_timestamp()';
    await user.set(due);
    await system.workDatabase.query('update organization set keep_alive = false where organization = $1', [
      organization,
    ]);
    const { generation } = await user.row();
    await system.upkeep.run();
    expect((await user.row()).generation).toBe(generation);
    await system.workDatabase.query('update organization set keep_alive = true where organization = $1', [
      organization,
    ]);
    await user.set(`${due}, status = 'needs_reconnect', reason = 'interaction_required'`);
    await system.upkeep.run();
    expect((await user.row()).generation).toBe(generation);
  });

  test('what was ended is forgotten after thirty days, and what never was one', async () => {
    await user.browser.connect(ada);
    await user.browser.call('DELETE', 'connections/dynamics');
    await user.set(`disconnected_at = clock_timestamp() - interval '29 days'`);
    await system.upkeep.run();
    const { id } = await user.row();
    await user.set(`disconnected_at = clock_timestamp() - interval '31 days'`);
    await system.upkeep.run();
    await expect(user.row()).rejects.toThrow();
    await user.browser.connect(ada);
    expect((await user.row()).id).not.toBe(id);
  });
});
