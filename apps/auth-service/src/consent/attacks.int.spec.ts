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
  browser = await system.browser('org-attacks', `user-${(users += 1)}`);
});

const ada = 'ada@contoso.example';
const redemptions = async () =>
  (await system.sandbox.journal('entra')).filter(({ grantType }) => grantType === 'authorization_code').length;

describe('attacks from outside', () => {
  test('a code that was given to another application', async () => {
    const { testClient } = await system.sandbox.control<{
      testClient: { clientId: string; redirectUri: string; authority: string };
    }>('info');
    const theirs = new URL((await browser.begin()).authorizationUrl);
    theirs.searchParams.set('client_id', testClient.clientId);
    theirs.searchParams.set('redirect_uri', testClient.redirectUri);
    const code = new URL(await system.sandbox.consent(theirs.href, ada)).searchParams.get('code') ?? '';
    const ours = new URL(await system.sandbox.consent((await browser.begin()).authorizationUrl, ada));
    ours.searchParams.set('code', code);
    expect(code).not.toBe('');
    expect(await browser.follow(ours.href)).toBe('/integrations?connection=failed');
    expect(await browser.connection()).toMatchObject({ status: 'awaiting_consent' });
  });

  test('callbacks by the hundred: Entra hears of none, and the real one still comes through', async () => {
    const { authorizationUrl } = await browser.begin();
    const location = await system.sandbox.consent(authorizationUrl, ada);
    const before = await redemptions();
    const forged = Array.from({ length: 200 }, (_none, index) =>
      browser.follow(location.replace(/state=[^&]+/, `state=${String(index).padStart(43, 'S')}`)),
    );
    expect(new Set(await Promise.all(forged))).toEqual(new Set(['/?connection=failed']));
    expect(await redemptions()).toBe(before);
    expect(await browser.follow(location)).toContain('connection=connected');
  });

  test('a page of another site can neither begin nor read: no token, no cookie, no CORS', async () => {
    const elsewhere = browser.origin.replace('127.0.0.1', 'localhost');
    const headers = { origin: elsewhere, 'content-type': 'text/plain', cookie: browser.cookie ?? '' };
    const posted = await fetch(`${browser.origin}/auth/v1/connections/dynamics`, {
      method: 'POST',
      headers,
      body: '{}',
    });
    expect(posted.status).toBe(401);
    const preflight = { origin: elsewhere, 'access-control-request-method': 'POST' };
    const asked = await fetch(`${browser.origin}/auth/v1/connections/dynamics`, {
      method: 'OPTIONS',
      headers: preflight,
    });
    expect(asked.headers.get('access-control-allow-origin')).not.toBe(elsewhere);
    expect((await fetch(`${browser.origin}/auth/v1/callback?code=x&state=y`, { method: 'POST', headers })).status).toBe(
      404,
    );
  });
});
