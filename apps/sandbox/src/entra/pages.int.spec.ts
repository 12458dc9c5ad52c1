import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { serviceClient, startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';

const running: RunningSandbox = await startSandbox();
const redirectUri = 'http://127.0.0.1:8080/auth/v1/callback';
const scope = `openid offline_access ${running.origin}/discovery/user_impersonation`;

beforeEach(() => running.sandbox.reset());
afterAll(() => running.stop());

function link(more: Record<string, string> = {}, path = '/organizations/oauth2/v2.0/authorize'): string {
  const base = {
    client_id: serviceClient.clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state: 's&"<',
  };
  return `${path}?${new URLSearchParams({ ...base, ...more }).toString()}`;
}

/** Sends the page's form as a browser does. */
function click(page: string, fields: Record<string, string>) {
  const action = /<form method="post" action="([^"]*)"/.exec(page)?.[1] ?? '/no-form';
  const decoded = action.replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)));
  return running.call(decoded, { method: 'POST', body: new URLSearchParams(fields) });
}

describe('sign-in pages', () => {
  it('lead from the account over consent back to the client, and skip consent the second time', async () => {
    const picker = await running.call(link());
    expect(picker.status).toBe(200);
    expect(picker.headers.get('content-type')).toMatch(/^text\/html/);
    expect(picker.text).toContain('Pick an account');
    const consent = await click(picker.text, { user: 'ada@contoso.example' });
    expect(consent.text).toContain('Permissions requested');
    expect(consent.text).toContain('Access Common Data Service as you');
    const back = await click(consent.text, { user: 'ada@contoso.example', decision: 'accept' });
    expect(back.status).toBe(302);
    const location = new URL(back.headers.get('location') ?? '');
    expect(`${location.origin}${location.pathname}`).toBe(redirectUri);
    expect(location.searchParams.get('state')).toBe('s&"<');
    expect(location.searchParams.get('code')).toBeTruthy();
    const second = await click((await running.call(link())).text, { user: 'ada@contoso.example' });
    expect(second.status).toBe(302);
    const asked = await running.call(link({ prompt: 'consent', login_hint: 'ada@contoso.example' }));
    expect(asked.text).toContain('Permissions requested');
  });

  it('tell the client of a refusal', async () => {
    const consent = await running.call(link({ login_hint: 'ben@contoso.example' }));
    const back = await click(consent.text, { user: 'ben@contoso.example', decision: 'decline' });
    const { searchParams } = new URL(back.headers.get('location') ?? '');
    expect(searchParams.get('error')).toBe('access_denied');
    expect(searchParams.get('error_description')).toMatch(/^AADSTS65004/);
  });

  it('stop where users may not consent, until an administrator does', async () => {
    const nia = { user: 'nia@northwind.example' };
    const stop = await click((await running.call(link())).text, nia);
    expect(stop.text).toContain('Need admin approval');
    const forced = await running.call(link().replace('/oauth2/v2.0/authorize', '/Consent/Set'), {
      method: 'POST',
      body: new URLSearchParams({ ...nia, decision: 'accept' }),
    });
    expect(forced.status).toBe(403);
    const back = new URL((await click(stop.text, { ...nia, decision: 'return' })).headers.get('location') ?? '');
    expect(Object.fromEntries(back.searchParams)).toEqual({
      error: 'access_denied',
      error_subcode: 'cancel',
      state: 's&"<',
    });

    const admin = { user: 'admin@northwind.example' };
    const adminUri = redirectUri.replace('/callback', '/admin-consent/callback');
    const adminLink = link({ redirect_uri: adminUri }, '/northwind.example/v2.0/adminconsent');
    const picker = await running.call(adminLink);
    expect((await click(picker.text, nia)).text).toContain('AADSTS90093');
    const review = await click(picker.text, admin);
    expect(review.text).toContain('all users of Northwind Traders');
    const granted = await click(review.text, { ...admin, decision: 'accept' });
    expect(granted.headers.get('location')).toContain('admin_consent=True');
    expect((await click((await running.call(link())).text, nia)).status).toBe(302);
  });

  it.each([
    [{ redirect_uri: 'http://127.0.0.1:8080/auth/v1/callback/' }, 'AADSTS50011'],
    [{ redirect_uri: 'http://127.0.0.1.evil.example/auth/v1/callback' }, 'AADSTS50011'],
    [{ redirect_uri: 'https://127.0.0.1/auth/v1/callback' }, 'AADSTS50011'],
    [{ client_id: '<script>' }, 'AADSTS700016'],
    [{ client_id: '' }, 'AADSTS900144'],
    [{ redirect_uri: '' }, 'AADSTS900971'],
  ])('never leave for a place that is not registered: %j', async (more, code) => {
    const { status, text, headers } = await running.call(link(more));
    expect(status).toBe(400);
    expect(text).toContain(code);
    expect(text).not.toContain('<script>');
    expect(headers.get('location')).toBeNull();
  });

  it.each([
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ scope: '' }, 'invalid_request'],
    [{ scope: 'openid https://elsewhere.example/user_impersonation' }, 'invalid_resource'],
    [{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S512' }, 'invalid_request'],
    [{ prompt: 'none' }, 'login_required'],
  ])('send %j back as %s', async (more, error) => {
    const { status, headers } = await running.call(link(more));
    expect(status).toBe(302);
    const { searchParams } = new URL(headers.get('location') ?? '');
    expect(searchParams.get('error')).toBe(error);
    expect(searchParams.get('state')).toBe('s&"<');
  });

  it("know only their own tenants, and only a tenant's own accounts", async () => {
    expect((await running.call(link({}, '/nowhere.example/oauth2/v2.0/authorize'))).text).toContain('AADSTS90002');
    const contoso = await running.call(link({}, '/contoso.example/oauth2/v2.0/authorize'));
    expect(contoso.text).not.toContain('fay@fabrikam.example');
    expect((await click(contoso.text, { user: 'fay@fabrikam.example' })).text).toContain('AADSTS50020');
  });
});
