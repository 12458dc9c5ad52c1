import type { AuthService } from '@bliro/contract/auth';
import { eventually } from '@bliro/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type AuthSystem, authSystem } from '../fixture/auth-system.js';
import type { Browser } from '../fixture/browser.js';
import { ada, WorkerOfUser } from '../fixture/worker.js';

const ben = 'ben@contoso.example';
const pinPath = 'organization/dynamics/pinned-environment';
let system: AuthSystem;
let worker: AuthService;
let organization: string;
let admin: Browser;
let user: WorkerOfUser;
let environments: { id: string; name: string }[];
let organizations = 0;
beforeAll(async () => {
  system = await authSystem();
  worker = await system.as('crm-worker');
}, 30_000);
afterAll(() => system.close());
beforeEach(async () => {
  await system.sandbox.control('reset', {});
  organization = `org-${(organizations += 1)}`;
  admin = await system.browser(organization, 'an-admin', ['admin']);
  user = await newUser('rep');
  await user.browser.activate(ada);
  environments = (await user.browser.environments()).items;
});

const newUser = (userId: string) => WorkerOfUser.of(system, worker, organization, userId);
const first = () => environments[0]?.id ?? '';
const second = () => environments[1]?.id ?? '';
const pin = (environmentId: string) => admin.json('PUT', pinPath, { environmentId });
const problem = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code];
const changes = async (type: string, userId = 'rep') => {
  const { events } = await (await system.as('job-service')).eventsSince({ cursor: '0', limit: 1000 });
  return events
    .filter((event) => event.organization === organization && event.type === type)
    .map(({ dataJson }) => JSON.parse(dataJson) as { userId: string; status?: string; environmentId?: string })
    .filter((data) => data.userId === userId);
};

describe('an administrator', () => {
  test('sees what users have found, and by how many', async () => {
    const other = await newUser('rep-2');
    await other.browser.activate(ben);
    const { items } = await admin.json<{ items: { id: string; users: number }[] }>(
      'GET',
      'organization/dynamics/environments',
    );
    const users = Object.fromEntries(items.map(({ id, users: count }) => [id, count]));
    const bens = (await other.browser.environments()).items.map(({ id }) => id);
    expect(users).toEqual({ [first()]: bens.includes(first()) ? 2 : 1, [second()]: bens.includes(second()) ? 2 : 1 });
  });

  test('pins, asks, and ends the pin', async () => {
    expect(await problem(await admin.call('GET', pinPath))).toEqual([404, 'not_found']);
    expect(await pin(second())).toMatchObject({ environmentId: second(), pinnedBy: 'an-admin' });
    expect(await admin.json('GET', pinPath)).toMatchObject({ environmentId: second(), name: environments[1]?.name });
    expect((await admin.call('DELETE', pinPath)).status).toBe(204);
    expect((await admin.call('DELETE', pinPath)).status).toBe(204);
    expect((await admin.call('GET', pinPath)).status).toBe(404);
  });

  test('can’t pin what nobody of the organization has found', async () => {
    const unknown = { environmentId: '11111111-1111-4111-8111-111111111111' };
    expect(await problem(await admin.call('PUT', pinPath, unknown))).toEqual([409, 'environment_unknown']);
    const elsewhere = await system.browser('org-elsewhere', 'an-admin', ['admin']);
    const foreign = elsewhere.call('PUT', pinPath, { environmentId: first() });
    expect(await problem(await foreign)).toEqual([409, 'environment_unknown']);
  });
});

describe('the pin', () => {
  test('goes before the choice, stops tokens of the old environment at once, and gives the choice back', async () => {
    const before = (await user.ask()).given;
    expect(before?.environmentId).toBe(first());
    await pin(second());
    expect(await user.browser.connection()).toMatchObject({ pinned: true, environment: { id: second() } });
    const during = (await user.ask()).given;
    expect(during?.environmentId).toBe(second());
    expect(during?.connectionVersion).toBeGreaterThan(before?.connectionVersion ?? 0);
    await admin.call('DELETE', pinPath);
    expect(await user.browser.connection()).toMatchObject({ pinned: false, environment: { id: first() } });
    expect((await user.ask()).given?.environmentId).toBe(first());
    expect((await changes('environment.changed')).map(({ environmentId }) => environmentId)).toEqual([
      first(),
      second(),
      first(),
    ]);
  });

  test('is not the user’s to change', async () => {
    await pin(second());
    const put = (environmentId: string) =>
      user.browser.call('PUT', 'connections/dynamics/environment', { environmentId });
    expect(await problem(await put(first()))).toEqual([409, 'environment_pinned']);
    expect((await put(second())).status).toBe(200);
    expect(await user.browser.environments()).toMatchObject({ pinnedEnvironmentId: second() });
  });

  test('asks nobody who connects later', async () => {
    await pin(second());
    const later = await newUser('later');
    await later.browser.connect(ada);
    expect(await later.browser.connection()).toMatchObject({
      status: 'active',
      pinned: true,
      environment: { id: second() },
      account: { email: ada },
    });
  });

  test('that a user can’t reach is a state of their connection, and access ends it', async () => {
    const other = await newUser('ben');
    await other.browser.activate(ben);
    const bens = (await other.browser.environments()).items.map(({ id }) => id);
    const unreachable = environments.find(({ id }) => !bens.includes(id))?.id ?? '';
    await pin(unreachable);
    expect(await other.browser.connection()).toMatchObject({
      status: 'awaiting_environment',
      reason: 'pinned_environment_unreachable',
      message: expect.any(String),
    });
    expect((await other.ask()).refused?.code).toBe('environment_required');
    await eventually(async () => ((await other.row()).discoveryDueAt?.getTime() ?? 0) > Date.now() || undefined);

    await pin(bens[0] ?? '');
    expect(await other.browser.connection()).toMatchObject({ status: 'active' });
    expect(await other.browser.connection()).not.toHaveProperty('reason');
    await admin.call('DELETE', pinPath);
    expect((await changes('connection.changed', 'ben')).map(({ status }) => status)).toEqual([
      'awaiting_environment',
      'active',
      'awaiting_environment',
      'active',
      'active',
    ]);
  });

  test('holds against a choice made at the same moment', async () => {
    const others = await Promise.all(
      Array.from({ length: 4 }, async (_none, index) => {
        const one = await newUser(`racer-${index}`);
        await one.browser.connect(ada);
        return one;
      }),
    );
    const choices = others.map((one) =>
      one.browser.call('PUT', 'connections/dynamics/environment', { environmentId: first() }),
    );
    await Promise.all([...choices, pin(second())]);
    for (const one of others) {
      expect((await one.row()).environmentId).not.toBe(first());
      await one.browser.environments();
      expect(await one.browser.connection()).toMatchObject({ status: 'active', environment: { id: second() } });
    }
  });

  test('changes nothing of a connection that is broken or ended but where it will go', async () => {
    await user.set(`status = 'needs_reconnect', reason = 'interaction_required'`);
    await pin(second());
    expect(await user.browser.connection()).toMatchObject({ status: 'needs_reconnect', environment: { id: second() } });
    await user.browser.connect(ada);
    expect(await user.browser.connection()).toMatchObject({ status: 'active', environment: { id: second() } });
  });
});

describe('an instance', () => {
  const rename = (sql: string) => user.set(sql);

  test('that moved is followed: same id, new address', async () => {
    await rename(
      `environment_url = 'http://127.0.0.1:1/dataverse/old', environment_api_url = 'http://127.0.0.1:1/old'`,
    );
    const { version } = await user.row();
    const { items } = await user.browser.environments();
    expect(await user.row()).toMatchObject({ environmentUrl: urlOf(items[0]), version: version + 1, status: 'active' });
  });

  test('that is gone waits for a choice, and says so; it is asked about again by itself', async () => {
    await rename(
      `chosen_environment_id = gen_random_uuid(), discovery_due_at = clock_timestamp(), last_used_at = clock_timestamp()`,
    );
    await system.upkeep.run();
    expect(await user.browser.connection()).toMatchObject({
      status: 'awaiting_environment',
      reason: 'environment_gone',
    });
    await rename(`chosen_environment_id = '${first()}', discovery_due_at = clock_timestamp()`);
    await system.upkeep.run();
    expect(await user.browser.connection()).toMatchObject({ status: 'active', environment: { id: first() } });
    expect((await user.row()).discoveryDueAt?.getTime()).toBeGreaterThan(Date.now() + 86_000_000);
  });

  test('is not asked about where nobody works', async () => {
    await rename(`discovery_due_at = clock_timestamp(), last_used_at = clock_timestamp() - interval '2 days'`);
    const before = (await system.sandbox.journal('discovery')).length;
    await system.upkeep.run();
    expect((await system.sandbox.journal('discovery')).length).toBe(before);
  });

  const urlOf = (item: object | undefined) => (item as { url: string } | undefined)?.url;
});
