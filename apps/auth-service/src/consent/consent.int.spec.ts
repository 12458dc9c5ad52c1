import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type AuthSystem, authSystem } from '../fixture/auth-system.js';
import type { Browser } from '../fixture/browser.js';

let system: AuthSystem;
let browser: Browser;
let users = 0;
beforeAll(async () => {
  system = await authSystem();
}, 30_000);
afterAll(() => system.close());
beforeEach(async () => {
  browser = await system.browser('org-1', `user-${(users += 1)}`);
});

const ada = 'ada@contoso.example';
const redemptions = async () =>
  (await system.sandbox.journal('entra')).filter(({ grantType }) => grantType === 'authorization_code').length;
const problem = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as { code: string; errors?: unknown }),
});

describe('the way to Dynamics', () => {
  test('connect, see the environments, choose one', async () => {
    expect((await browser.call('GET', 'connections/dynamics')).status).toBe(404);
    const begun = await browser.call('POST', 'connections/dynamics', { returnTo: '/integrations' });
    expect(begun.status).toBe(201);
    expect(begun.headers.get('location')).toBe('/auth/v1/connections/dynamics');
    expect(begun.headers.get('set-cookie')).toMatch(
      /^dynamics-consent=[\w-]{43}; Path=\/auth\/v1; HttpOnly; SameSite=Lax; Max-Age=600$/,
    );
    const { authorizationUrl, connectionId } = (await begun.json()) as {
      authorizationUrl: string;
      connectionId: string;
    };
    expect(await browser.connection()).toMatchObject({ id: connectionId, status: 'awaiting_consent', scopes: [] });

    const location = await system.sandbox.consent(authorizationUrl, ada);
    expect(await browser.follow(location)).toBe('/integrations?connection=connected');
    const connected = await browser.connection();
    expect(connected).toMatchObject({ id: connectionId, status: 'awaiting_environment', pinned: false });
    expect(connected).not.toHaveProperty('environment');

    const { items } = await browser.environments();
    expect(items.length).toBeGreaterThanOrEqual(2);
    const chosen = await browser.json('PUT', 'connections/dynamics/environment', { environmentId: items[1]?.id });
    expect(chosen).toMatchObject({
      status: 'active',
      environment: { id: items[1]?.id, name: items[1]?.name },
      account: { email: ada, name: expect.any(String), tenantId: connected.account?.tenantId },
    });
    expect(await browser.connection()).toMatchObject({ status: 'active', connectedAt: expect.any(String) });
  });

  test('three scopes are asked for, and the token endpoint is told the same', async () => {
    const { authorizationUrl } = await browser.begin();
    expect(new URL(authorizationUrl).searchParams.get('scope')).toBe(
      `openid offline_access ${system.sandbox.origin}/discovery/user_impersonation`,
    );
    await browser.follow(await system.sandbox.consent(authorizationUrl, ada));
    await browser.environments();
    const scopes = (await system.sandbox.journal('entra')).flatMap(({ scope }) => scope ?? []);
    expect(scopes.length).toBeGreaterThan(0);
    for (const scope of scopes) expect(scope).toMatch(/^openid offline_access \S+\/user_impersonation$/);
  });

  test('an environment that is not the user’s is unknown', async () => {
    await browser.connect(ada);
    const chosen = browser.call('PUT', 'connections/dynamics/environment', {
      environmentId: '11111111-1111-4111-8111-111111111111',
    });
    expect(await problem(await chosen)).toMatchObject({ status: 409, code: 'environment_unknown' });
  });

  test('before connecting there are no environments', async () => {
    const asked = () => browser.call('GET', 'connections/dynamics/environments');
    expect(await problem(await asked())).toMatchObject({ status: 404, code: 'not_found' });
    await browser.begin();
    expect(await problem(await asked())).toMatchObject({ status: 409, code: 'not_connected' });
  });

  test('connecting again keeps what works while it lasts and afterwards', async () => {
    const active = await browser.activate(ada);
    const { authorizationUrl } = await browser.begin();
    expect(await browser.connection()).toMatchObject({ status: 'active' });
    await browser.follow(await system.sandbox.consent(authorizationUrl, ada, 'decline'));
    expect(await browser.connection()).toMatchObject({ status: 'active' });
    expect(await browser.connect(ada)).toContain('connection=connected');
    expect(await browser.connection()).toMatchObject({
      id: active.id,
      status: 'active',
      environment: active.environment,
    });
  });

  test('after a disconnect the same connection begins anew', async () => {
    const { id } = await browser.activate(ada);
    expect((await browser.call('DELETE', 'connections/dynamics')).status).toBe(204);
    expect(await browser.connection()).toMatchObject({ id, status: 'disconnected' });
    expect((await browser.call('DELETE', 'connections/dynamics')).status).toBe(204);
    expect(await browser.connect(ada)).toContain('connection=connected');
    expect(await browser.connection()).toMatchObject({ id, status: 'awaiting_environment' });
  });

  test('thirty days after a disconnect there is nothing to see', async () => {
    await browser.connect(ada);
    await browser.call('DELETE', 'connections/dynamics');
    const later = `update connection set disconnected_at = disconnected_at - interval '31 days' where user_id = $1`;
    await system.workDatabase.query(later, [`user-${users}`]);
    expect((await browser.call('GET', 'connections/dynamics')).status).toBe(404);
  });
});

describe('every way back', () => {
  test.each([
    ['declined', 'ben@contoso.example', 'decline'],
    ['admin_approval_needed', 'nia@northwind.example', 'return'],
  ])('%s', async (outcome, upn, decision) => {
    expect(await browser.connect(upn, { returnTo: '/a?b=c' }, decision)).toBe(`/a?b=c&connection=${outcome}`);
    const reason = outcome === 'declined' ? undefined : outcome;
    expect((await browser.connection()).reason).toBe(reason);
  });

  test('another account than before is refused, unless the user says so', async () => {
    const { environment } = await browser.activate(ada);
    expect(await browser.connect('ben@contoso.example')).toContain('connection=different_account');
    expect(await browser.connection()).toMatchObject({ status: 'active', environment });
    expect(await browser.connect('ben@contoso.example', { switchAccount: true })).toContain('connection=connected');
    expect(await browser.connection()).toMatchObject({ status: 'awaiting_environment', reason: 'account_switched' });
  });

  test('a disconnect ends the attempts that are open', async () => {
    await browser.connect(ada);
    const { authorizationUrl } = await browser.begin();
    const location = await system.sandbox.consent(authorizationUrl, ada);
    await browser.call('DELETE', 'connections/dynamics');
    expect(await browser.follow(location)).toBe('/?connection=failed');
    expect(await browser.connection()).toMatchObject({ status: 'disconnected' });
  });

  test('two tabs', async () => {
    const first = await browser.begin();
    const second = await browser.begin();
    expect(await browser.follow(await system.sandbox.consent(first.authorizationUrl, ada))).toContain('=connected');
    expect(await browser.follow(await system.sandbox.consent(second.authorizationUrl, ada))).toContain('=connected');
  });
});

describe('attacks', () => {
  test.each<[string, (location: string) => [string, string | undefined]]>([
    ['no cookie (a link sent to a victim)', (location) => [location, '']],
    ['another browser’s cookie', (location) => [location, `dynamics-consent=${'A'.repeat(43)}`]],
    ['a foreign state', (location) => [location.replace(/state=[^&]+/, `state=${'B'.repeat(43)}`), undefined]],
    ['no state', (location) => [location.replace(/state=[^&]+/, ''), undefined]],
    ['two states', (location) => [`${location}&state=x`, undefined]],
  ])('%s: refused, and Entra is not called', async (_name, attack) => {
    const { authorizationUrl } = await browser.begin();
    const location = await system.sandbox.consent(authorizationUrl, ada);
    const before = await redemptions();
    const [address, cookie] = attack(location);
    expect(await browser.follow(address, cookie)).toBe('/?connection=failed');
    expect(await redemptions()).toBe(before);
    expect(await browser.connection()).toMatchObject({ status: 'awaiting_consent' });
  });

  test('a replay', async () => {
    const { authorizationUrl } = await browser.begin();
    const location = await system.sandbox.consent(authorizationUrl, ada);
    expect(await browser.follow(location)).toContain('connection=connected');
    const before = await redemptions();
    expect(before).toBeGreaterThan(0);
    expect(await browser.follow(location)).toBe('/?connection=failed');
    expect(await redemptions()).toBe(before);
  });

  test('an attempt that began ten minutes ago', async () => {
    const { authorizationUrl } = await browser.begin();
    const location = await system.sandbox.consent(authorizationUrl, ada);
    const before = await redemptions();
    const tenMinutesOn = `update consent_attempt set expires_at = expires_at - interval '10 minutes' where user_id = $1`;
    await system.workDatabase.query(tenMinutesOn, [`user-${users}`]);
    expect(await browser.follow(location)).toBe('/?connection=failed');
    expect(await redemptions()).toBe(before);
    expect(await browser.connection()).toMatchObject({ status: 'awaiting_consent' });
  });

  test('two callbacks at once: one wins', async () => {
    const { authorizationUrl } = await browser.begin();
    const location = await system.sandbox.consent(authorizationUrl, ada);
    const ends = await Promise.all([browser.follow(location), browser.follow(location)]);
    expect(ends.sort()).toEqual(['/?connection=failed', '/integrations?connection=connected']);
  });

  test('a code of another sign-in', async () => {
    const stranger = await system.browser('org-1', 'stranger');
    const theirs = await system.sandbox.consent((await stranger.begin()).authorizationUrl, 'ben@contoso.example');
    const ours = await system.sandbox.consent((await browser.begin()).authorizationUrl, ada);
    const mixed = new URL(ours);
    mixed.searchParams.set('code', new URL(theirs).searchParams.get('code') ?? '');
    expect(await browser.follow(mixed.href)).toBe('/integrations?connection=failed');
    expect(await browser.connection()).toMatchObject({ status: 'awaiting_consent' });
  });

  test('a cookie that somebody planted is not taken over', async () => {
    const planted = `dynamics-consent=${'C'.repeat(43)}`;
    browser.cookie = planted;
    await browser.begin();
    expect(browser.cookie).not.toBe(planted);
  });

  test.each(['https://elsewhere.example', '//elsewhere.example', '/\\elsewhere.example', 'integrations'])(
    'a way back to %s',
    async (returnTo) => {
      const begun = await browser.call('POST', 'connections/dynamics', { returnTo });
      expect(await problem(begun)).toMatchObject({
        status: 400,
        code: 'invalid_body',
        errors: [{ pointer: '/returnTo' }],
      });
    },
  );

  test('no body is a body without wishes; an unknown field is none of ours', async () => {
    expect((await browser.call('POST', 'connections/dynamics')).status).toBe(201);
    const unknown = await browser.call('POST', 'connections/dynamics', { scope: 'profile' });
    expect(await problem(unknown)).toMatchObject({
      status: 400,
      code: 'invalid_body',
      errors: [{ pointer: '/scope' }],
    });
  });

  test('flooding: five open attempts, finished ones do not count', async () => {
    for (let round = 0; round < 6; round += 1) await browser.connect(ada, undefined, 'decline');
    for (let round = 0; round < 5; round += 1) await browser.begin();
    const sixth = await browser.call('POST', 'connections/dynamics', {});
    expect(await problem(sixth)).toMatchObject({ status: 429, code: 'too_many_attempts' });
    const seconds = Number(sixth.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(500);
    expect(seconds).toBeLessThanOrEqual(600);
  });
});

describe('who may', () => {
  test('a pipeline may not, a person who is an administrator too may', async () => {
    const pipeline = await system.browser('org-1', 'pipeline', ['pipeline']);
    const both = await system.browser('org-1', 'both', ['admin', 'user']);
    const calls = [
      ['POST', ''],
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/environments'],
      ['PUT', '/environment'],
    ] as const;
    for (const [method, path] of calls) {
      expect((await pipeline.call(method, `connections/dynamics${path}`)).status).toBe(403);
    }
    expect((await both.call('POST', 'connections/dynamics', {})).status).toBe(201);
  });

  test('a user of the same name in another organization has another connection', async () => {
    await browser.connect(ada);
    const namesake = await system.browser('org-2', `user-${users}`);
    expect((await namesake.call('GET', 'connections/dynamics')).status).toBe(404);
    expect((await namesake.call('DELETE', 'connections/dynamics')).status).toBe(404);
    expect(await browser.connection()).toMatchObject({ status: 'awaiting_environment' });
  });
});
