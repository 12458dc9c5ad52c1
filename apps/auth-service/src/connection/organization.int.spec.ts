import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type AuthSystem, authSystem } from '../fixture/auth-system.js';
import type { Browser } from '../fixture/browser.js';
import { ada, WorkerOfUser } from '../fixture/worker.js';

const ben = 'ben@contoso.example';
const fay = 'fay@fabrikam.example';
const nia = 'nia@northwind.example';
let system: AuthSystem;
let organization: string;
let admin: Browser;
let organizations = 0;
beforeAll(async () => {
  system = await authSystem();
}, 30_000);
afterAll(() => system.close());
beforeEach(async () => {
  await system.sandbox.control('reset', {});
  organization = `org-${(organizations += 1)}`;
  admin = await system.browser(organization, 'an-admin', ['admin']);
});

interface Listed {
  id: string;
  userId: string;
  status: string;
  sharedWith: string[];
}
interface Page {
  items: Listed[];
  nextCursor?: string;
}
const person = async (userId: string) => WorkerOfUser.of(system, await system.as('crm-worker'), organization, userId);
const list = (query = '') => admin.json<Page>('GET', `organization/connections${query}`);
const tenantOf = async (name: string) => {
  const { tenants } = system.sandbox.info;
  return tenants.find((tenant) => tenant.name.toLowerCase().includes(name))?.id ?? '';
};

describe('every connection of the organization', () => {
  test('is listed with status, reason and last use, in pages, and never with a token', async () => {
    const people = await Promise.all(['a', 'b', 'c'].map(person));
    await Promise.all(people.map((one) => one.browser.activate(ada)));
    await people[0]?.set(`status = 'needs_reconnect', reason = 'user_disabled'`);
    await people[1]?.ask();
    const { items } = await list();
    expect(items.map(({ userId }) => userId).sort()).toEqual(['a', 'b', 'c']);
    expect(items.find(({ userId }) => userId === 'b')).toMatchObject({
      status: 'active',
      account: { email: ada },
      environment: { name: expect.any(String) },
      connectedAt: expect.any(String),
      lastUsedAt: expect.any(String),
    });
    expect(JSON.stringify(items)).not.toMatch(/ciphertext|dataKey|claims|"ey/);

    const seen: string[] = [];
    for (let page = await list('?limit=1'); ; page = await list(`?limit=1&cursor=${page.nextCursor}`)) {
      seen.push(...page.items.map(({ id }) => id));
      if (page.nextCursor === undefined) break;
    }
    expect(seen).toEqual(items.map(({ id }) => id));
    expect((await list('?status=active')).items.map(({ userId }) => userId).sort()).toEqual(['b', 'c']);
    expect((await list('?reason=user_disabled')).items.map(({ userId }) => userId)).toEqual(['a']);
    expect((await list('?status=active&reason=user_disabled')).items).toEqual([]);
  });

  test('shows who shares a Microsoft account', async () => {
    const people = await Promise.all(['a', 'b', 'c'].map(person));
    await people[0]?.browser.connect(ada);
    await people[1]?.browser.connect(ada);
    await people[2]?.browser.connect(ben);
    const shared = Object.fromEntries((await list()).items.map(({ userId, sharedWith }) => [userId, sharedWith]));
    expect(shared).toEqual({ a: ['b'], b: ['a'], c: [] });
  });

  test.each(['?limit=0', '?limit=201', '?cursor=x', '?status=broken', '?token=1'])('not with %s', async (query) => {
    const answer = await admin.call('GET', `organization/connections${query}`);
    expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ code: 'invalid_query' })]);
  });

  test('can be ended by an administrator: token and key are gone', async () => {
    const one = await person('a');
    const { id } = await one.browser.activate(ada);
    expect((await admin.call('DELETE', `organization/connections/${id}`)).status).toBe(204);
    expect(await one.row()).toMatchObject({ status: 'disconnected', ciphertext: null, chosenEnvironmentId: null });
    expect(await one.keys(id)).toEqual([]);
    expect((await one.ask()).refused?.code).toBe('not_connected');
    expect((await admin.call('DELETE', `organization/connections/${id}`)).status).toBe(204);
  });

  test('of another organization is unknown, and stays', async () => {
    const one = await person('a');
    const { id } = await one.browser.activate(ada);
    const other = await system.browser('org-other', 'an-admin', ['admin']);
    expect((await other.call('DELETE', `organization/connections/${id}`)).status).toBe(404);
    expect((await other.call('DELETE', 'organization/connections')).status).toBe(202);
    expect((await other.json<Page>('GET', 'organization/connections')).items).toEqual([]);
    expect((await one.row()).status).toBe('active');
  });

  test('can be ended all at once, also while the key store is down', async () => {
    const people = await Promise.all(['a', 'b', 'c'].map(person));
    const ids = await Promise.all(people.map(async (one) => (await one.browser.activate(ada)).id));
    const openAttempt = await people[0]?.browser.begin();
    const wayBack = await system.sandbox.consent(openAttempt?.authorizationUrl ?? '', ada);
    await system.keyStoreProxy.down();
    const answer = await admin.call('DELETE', 'organization/connections');
    expect([answer.status, answer.headers.get('location')]).toEqual([202, '/auth/v1/organization/connections']);
    expect(await answer.json()).toEqual({ connections: 3 });
    await system.keyStoreProxy.up();
    for (const one of people) {
      expect(await one.row()).toMatchObject({ status: 'disconnected', ciphertext: null, dataKeyId: null });
      expect((await one.ask()).refused?.code).toBe('not_connected');
    }
    expect(await people[0]?.browser.follow(wayBack)).toBe('/?connection=failed');
    await system.keyDatabase.query(`update data_key set created_at = created_at - interval '1 hour'`);
    await system.upkeep.run();
    for (const [index, one] of people.entries()) expect(await one.keys(ids[index] ?? '')).toEqual([]);
  });
});

describe('allowed tenants', () => {
  const path = 'organization/dynamics/tenants';

  test('none named: any work account; one named: that one alone', async () => {
    expect(await admin.json('GET', path)).toEqual({ items: [] });
    const contoso = await tenantOf('contoso');
    expect(await admin.json('PUT', path, { items: [contoso.toUpperCase()] })).toEqual({ items: [contoso] });
    expect(await admin.json('GET', path)).toEqual({ items: [contoso] });
    const one = await person('a');
    expect(await one.browser.connect(fay)).toContain('connection=not_allowed');
    expect(await one.browser.connection()).toMatchObject({ status: 'awaiting_consent' });
    expect(await one.row()).toMatchObject({ ciphertext: null, tenantId: null });
    expect(await one.browser.connect(ada)).toContain('connection=connected');
  });

  test('an account of another tenant takes no working connection down', async () => {
    const one = await person('a');
    const { environment } = await one.browser.activate(ada);
    await admin.json('PUT', path, { items: [await tenantOf('contoso')] });
    expect(await one.browser.connect(fay, { switchAccount: true })).toContain('connection=not_allowed');
    expect(await one.browser.connection()).toMatchObject({ status: 'active', environment });
  });

  test.each([{ items: ['contoso'] }, { items: [null] }, {}, { items: [], more: 1 }])('not %j', async (body) => {
    expect((await admin.call('PUT', path, body)).status).toBe(400);
  });
});

describe('consent by an administrator', () => {
  test('a link and a text for a tenant where users may not consent; who waited goes on', async () => {
    const one = await person('nia');
    expect(await one.browser.connect(nia, {}, 'return')).toContain('connection=admin_approval_needed');
    expect(await one.browser.connection()).toMatchObject({ reason: 'admin_approval_needed' });

    const { url, message } = await one.browser.json<{ url: string; message: string }>(
      'GET',
      'organization/dynamics/admin-consent',
    );
    const asked = new URL(url).searchParams;
    expect(asked.get('scope')).toBe(`openid offline_access ${system.sandbox.origin}/discovery/user_impersonation`);
    expect(message).toContain(url);
    expect(message).toContain('f752681c-0e51-4cab-a13b-1134a8477b88');

    const { tenants } = system.sandbox.info;
    const adminUpn = tenants.find(({ name }) => name.toLowerCase().includes('northwind'))?.adminUpn ?? '';
    const page = await fetch(await system.sandbox.consent(url, adminUpn));
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('<h1>Approved</h1>');
    expect(await one.browser.connection()).toMatchObject({ status: 'awaiting_consent' });
    expect(await one.browser.connect(nia)).toContain('connection=connected');
  });

  test('the link is for the tenant that is known', async () => {
    const contoso = await tenantOf('contoso');
    const urlFor = async (browser: Browser) =>
      (await browser.json<{ url: string }>('GET', 'organization/dynamics/admin-consent')).url;
    expect(await urlFor(admin)).toContain('/organizations/v2.0/adminconsent?');
    await admin.json('PUT', 'organization/dynamics/tenants', { items: [contoso] });
    expect(await urlFor(admin)).toContain(`/${contoso}/v2.0/adminconsent?`);
    const one = await person('a');
    await one.browser.connect(ada);
    await admin.json('PUT', 'organization/dynamics/tenants', { items: [contoso, await tenantOf('fabrikam')] });
    expect(await urlFor(one.browser)).toContain(`/${contoso}/v2.0/adminconsent?`);
    expect(await urlFor(admin)).toContain('/organizations/v2.0/adminconsent?');
  });

  test('the page believes nothing and shows nothing of what the browser says', async () => {
    const query = 'admin_consent=True&tenant=%3Cscript%3E&error=%3Cscript%3E&error_description=AADSTS65004%3Cscript%3E';
    const page = await fetch(`${admin.origin}/auth/v1/admin-consent/callback?${query}`);
    const text = await page.text();
    expect(text).toContain('<h1>Not approved</h1>');
    expect(text).not.toContain('script');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await (await fetch(`${admin.origin}/auth/v1/admin-consent/callback`)).text()).toContain(
      'Nothing was approved',
    );
  });
});

test('only administrators may, and a pipeline may nothing of it', async () => {
  const calls = [
    ['GET', 'organization/connections'],
    ['DELETE', 'organization/connections'],
    ['DELETE', 'organization/connections/11111111-1111-4111-8111-111111111111'],
    ['GET', 'organization/dynamics/environments'],
    ['GET', 'organization/dynamics/pinned-environment'],
    ['PUT', 'organization/dynamics/pinned-environment'],
    ['DELETE', 'organization/dynamics/pinned-environment'],
    ['GET', 'organization/dynamics/tenants'],
    ['PUT', 'organization/dynamics/tenants'],
  ] as const;
  for (const role of ['user', 'pipeline']) {
    const browser = await system.browser(organization, 'somebody', [role]);
    for (const [method, path] of calls) expect([path, (await browser.call(method, path)).status]).toEqual([path, 403]);
    const link = await browser.call('GET', 'organization/dynamics/admin-consent');
    expect(link.status).toBe(role === 'user' ? 200 : 403);
  }
});
