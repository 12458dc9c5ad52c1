import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { oauthClient } from '../fixture/oauth-client.js';
import { PageVisitor } from '../fixture/page-visitor.js';
import { startSandbox } from '../fixture/start-sandbox.js';

const DAY = 24 * 3_600_000;
let ahead = 0;
const running = await startSandbox({ now: () => Date.now() + ahead });
const client = oauthClient(running);
const ada = 'ada@contoso.example';
const act = (user: string, action: string) => running.control('entra', { user, action });

beforeEach(() => {
  ahead = 0;
  running.sandbox.reset();
});
afterAll(() => running.stop());

const refused = (error: string, number: number, suberror?: string) => ({
  error,
  error_codes: [number],
  ...(suberror === undefined ? {} : { suberror }),
});

describe('what an administrator does', () => {
  it.each([
    ['revoke_consent', refused('invalid_grant', 65001, 'consent_required')],
    ['revoke_sessions', refused('invalid_grant', 50173, 'bad_token')],
    ['expire_refresh_tokens', refused('invalid_grant', 700082, 'bad_token')],
    ['require_mfa', { ...refused('invalid_grant', 50076, 'basic_action'), claims: expect.any(String) }],
    ['block_by_policy', refused('invalid_grant', 53003, 'message_only')],
    ['disable_user', refused('invalid_grant', 50057)],
    ['delete_user', refused('invalid_grant', 50034)],
  ])('%s meets the next redemption, of that user alone', async (action, expected) => {
    const { refresh_token: hers } = await client.signIn(ada);
    const { refresh_token: his } = await client.signIn('ben@contoso.example');
    expect((await act(ada, action)).status).toBe(204);
    const { status, json } = await client.refresh(hers);
    expect(status).toBe(400);
    expect(json).toMatchObject(expected);
    expect((await client.refresh(his)).status).toBe(200);
  });

  it.each(['require_mfa', 'block_by_policy', 'disable_user', 'delete_user'])('restore ends %s', async (action) => {
    const { refresh_token } = await client.signIn(ada);
    await act(ada, action);
    expect((await client.refresh(refresh_token)).status).toBe(400);
    await act(ada, 'restore');
    expect((await client.refresh(refresh_token)).status).toBe(200);
  });

  it.each(['revoke_sessions', 'expire_refresh_tokens'])('%s ends for good what was given before', async (action) => {
    const { refresh_token: old } = await client.signIn(ada);
    await act(ada, action);
    await act(ada, 'restore');
    const { refresh_token: fresh } = await client.signIn(ada);
    expect((await client.refresh(old)).status).toBe(400);
    expect((await client.refresh(fresh)).status).toBe(200);
  });

  it('revoke_consent takes what an administrator gave, from that user alone, until it is given again', async () => {
    await act('northwind', 'grant_admin_consent');
    const nia = await client.signIn('nia@northwind.example');
    const admin = await client.signIn('admin@northwind.example');
    await act('nia@northwind.example', 'revoke_consent');
    expect((await client.refresh(nia.refresh_token)).json).toMatchObject({ error_codes: [65001] });
    expect((await client.refresh(admin.refresh_token)).status).toBe(200);
    await act('northwind.example', 'grant_admin_consent');
    expect((await client.refresh(nia.refresh_token)).status).toBe(200);
  });

  it('require_admin_consent stops users who have not consented yet; grant_admin_consent and restore end that', async () => {
    await client.signIn(ada);
    await act('contoso', 'require_admin_consent');
    const { tenants } = (await running.call('/control/info')).json;
    expect(tenants[0]).toMatchObject({ name: 'contoso', userConsent: false });
    expect((await client.consent('ben@contoso.example')).status).toBe(409);
    expect((await client.consent(ada)).status).toBe(200);
    const page = await new PageVisitor(running).open(client.link({ login_hint: ada }));
    expect(page.returned['code']).toBeTruthy();
    expect((await client.consent('admin@contoso.example')).status).toBe(200);
    await act('contoso', 'restore');
    expect((await client.consent('ben@contoso.example')).status).toBe(200);
    await act('fabrikam', 'require_admin_consent');
    await act('fabrikam', 'grant_admin_consent');
    const fay = await new PageVisitor(running).open(client.link({ login_hint: 'fay@fabrikam.example' }));
    expect(fay.returned['code']).toBeTruthy();
  });

  it('works for one user too where it is about consent', async () => {
    await act(ada, 'require_admin_consent');
    expect((await client.consent(ada)).status).toBe(409);
    expect((await client.consent('ben@contoso.example')).status).toBe(200);
    await act(ada, 'grant_admin_consent');
    expect((await new PageVisitor(running).open(client.link({ login_hint: ada }))).returned['code']).toBeTruthy();
  });

  it('reaches everybody by a tenant, also by its id', async () => {
    const [{ id }] = (await running.call('/control/info')).json.tenants;
    const tokens = [await client.signIn(ada), await client.signIn('ben@contoso.example')];
    await act(id, 'block_by_policy');
    for (const { refresh_token } of tokens)
      expect((await client.refresh(refresh_token)).json).toMatchObject({ error_codes: [53003] });
    await act(id, 'restore');
    for (const { refresh_token } of tokens) expect((await client.refresh(refresh_token)).status).toBe(200);
  });

  it.each([
    [{ user: 'nobody@contoso.example', action: 'restore' }, 'unknown_user'],
    [{ user: ada, action: 'promote' }, 'invalid_body'],
    [{ action: 'restore' }, 'invalid_body'],
  ])('is refused as %j', async (body, code) => {
    const { status, json } = await running.control('entra', body);
    expect([status, json.code]).toEqual([400, code]);
  });
});

describe('a second factor', () => {
  it('is asked for on a page, and then opens what was closed; its claims challenge asks for it too', async () => {
    const browser = new PageVisitor(running);
    await browser.open(client.link({ login_hint: ada }));
    await browser.click({ decision: 'accept' });
    const weak = (await client.redeem(browser.returned['code'] ?? '')).json;
    await act(ada, 'require_mfa');
    const { claims } = (await client.refresh(weak.refresh_token)).json;
    await browser.open(client.link({ prompt: 'none', claims }));
    expect(browser.returned).toMatchObject({ error: 'interaction_required' });
    expect(browser.returned['error_description']).toMatch(/^AADSTS50076/);
    await act(ada, 'restore');
    await browser.open(client.link({ claims }));
    expect(browser.text).toContain('Approve sign in request');
    await browser.click({ approve: 'no' });
    expect(browser.text).toContain('AADSTS50074');
    await act(ada, 'require_mfa');
    await browser.open(client.link());
    await browser.click({ approve: 'yes' });
    const strong = (await client.redeem(browser.returned['code'] ?? '')).json;
    expect((await client.refresh(strong.refresh_token)).status).toBe(200);
    expect((await client.refresh(weak.refresh_token)).json).toMatchObject({ error_codes: [50076] });
    await browser.open(client.link({ claims }));
    expect(browser.returned['code']).toBeTruthy();
    const { refresh_token } = await client.signIn(ada);
    expect((await client.refresh(refresh_token)).status).toBe(200);
    await act(ada, 'require_mfa');
    for (const token of [strong.refresh_token, refresh_token])
      expect((await client.refresh(token)).json).toMatchObject({ error_codes: [50076] });
  });
});

describe('an account that can not sign in', () => {
  it.each([
    ['disable_user', 'AADSTS50057'],
    ['delete_user', 'AADSTS50034'],
    ['block_by_policy', 'AADSTS53003'],
  ])('meets %s as a page with a way to another account', async (action, number) => {
    await act(ada, action);
    const browser = await new PageVisitor(running).open(client.link());
    expect(browser.text.includes(ada)).toBe(action !== 'delete_user');
    await browser.click({ user: ada });
    expect([browser.status, browser.location]).toEqual([400, '']);
    expect(browser.text).toContain(number);
    expect(browser.text).toContain('Sign in with a different account');
    expect((await client.consent(ada)).json).toMatchObject({ code: 'refused_by_entra' });
  });

  it('can be a name that nobody has', async () => {
    const browser = await new PageVisitor(running).open(client.link());
    expect((await browser.click({ user: 'nobody@contoso.example' })).text).toContain('AADSTS50034');
  });
});

describe('lives', () => {
  it('a code ends after ten minutes', async () => {
    const code = await client.codeFor(ada);
    ahead = 10 * 60_000 + 1000;
    expect((await client.redeem(code)).json).toMatchObject({ error: 'invalid_grant', error_codes: [70008] });
  });

  it('a refresh token ends after ninety days, and each use brings one that begins anew', async () => {
    const { refresh_token: first } = await client.signIn(ada);
    ahead = 80 * DAY;
    const { refresh_token: second } = (await client.refresh(first)).json;
    ahead = 91 * DAY;
    expect((await client.refresh(first)).json).toMatchObject({ error_codes: [700082], suberror: 'bad_token' });
    expect((await client.refresh(second)).status).toBe(200);
  });

  it('an access token lives as long as settings say', async () => {
    expect((await running.control('settings', { accessTokenSeconds: 90 })).status).toBe(204);
    expect(await client.signIn(ada)).toMatchObject({ expires_in: 90 });
    running.sandbox.reset();
    expect(await client.signIn(ada)).toMatchObject({ expires_in: 3600 });
    for (const wrong of [{ accessTokenSeconds: 0 }, { throttle: { requests: -1 } }, { colour: 'red' }])
      expect((await running.control('settings', wrong)).status).toBe(400);
  });

  it('identical requests in a row are a loop', async () => {
    const { refresh_token } = await client.signIn(ada);
    for (let i = 0; i < 30; i++) expect((await client.refresh(refresh_token)).status).toBe(200);
    expect((await client.refresh(refresh_token)).json).toMatchObject({ error: 'invalid_grant', error_codes: [50196] });
    ahead = 6 * 60_000;
    expect((await client.refresh(refresh_token)).status).toBe(200);
  });
});
