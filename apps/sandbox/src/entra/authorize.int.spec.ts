import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { oauthClient, redirectUri } from '../fixture/oauth-client.js';
import { PageVisitor } from '../fixture/page-visitor.js';
import { startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';

const running: RunningSandbox = await startSandbox();
const client = oauthClient(running);
const [ada, ben] = ['ada@contoso.example', 'ben@contoso.example'];

beforeEach(() => running.sandbox.reset());
afterAll(() => running.stop());

async function signedIn(...upns: string[]): Promise<PageVisitor> {
  const browser = new PageVisitor(running);
  for (const user of upns) {
    await browser.open(client.link({ prompt: 'select_account' }));
    await browser.click({ user });
    await browser.click({ decision: 'accept' });
  }
  return browser;
}

describe('single sign-on', () => {
  it('needs no click for the one account of a browser, and a choice where there are two', async () => {
    const browser = await signedIn(ada);
    expect((await browser.open(client.link())).returned['code']).toBeTruthy();
    expect((await new PageVisitor(running).open(client.link())).text).toContain('Pick an account');
    const two = await signedIn(ada, ben);
    await two.open(client.link());
    expect(two.text).toContain('Pick an account');
    expect(two.text.match(/signed in/g)).toHaveLength(2);
    expect((await two.open(client.link({ login_hint: ben }))).returned['code']).toBeTruthy();
  });

  it('has a cookie that scripts can not read', async () => {
    const picked = await running.call(client.link().replace('/oauth2/v2.0/authorize', '/login'), {
      method: 'POST',
      body: new URLSearchParams({ user: ada }),
    });
    expect(picked.headers.get('set-cookie')).toMatch(/^ESTSAUTHPERSISTENT=b\.\S+; Path=\/; HttpOnly; SameSite=Lax$/);
  });
});

describe('prompt', () => {
  it.each([
    ['select_account', 'Pick an account'],
    ['login', 'Pick an account'],
    ['consent', 'Permissions requested'],
  ])('%s is obeyed although there is a session', async (prompt, title) => {
    const browser = await signedIn(ada);
    expect((await browser.open(client.link({ prompt }))).text).toContain(title);
  });

  it('login asks the hinted account alone', async () => {
    const browser = await signedIn(ada);
    await browser.open(client.link({ prompt: 'login', login_hint: ada }));
    expect(browser.text).not.toContain(ben);
    expect((await browser.click({ user: ada })).returned['code']).toBeTruthy();
  });

  it('none succeeds with a session and consent, and says what is missing otherwise', async () => {
    const none = client.link({ prompt: 'none' });
    const silent = async (browser: PageVisitor, link = none) => {
      const { error = 'none', error_description = '', state } = (await browser.open(link)).returned;
      return [error, /^AADSTS\d+/.exec(error_description)?.[0], state];
    };
    expect(await silent(new PageVisitor(running))).toEqual(['login_required', 'AADSTS50058', 'a-state']);
    expect(await silent(await signedIn(ada))).toEqual(['none', undefined, 'a-state']);
    expect(await silent(await signedIn(ada, ben))).toEqual(['interaction_required', 'AADSTS16000', 'a-state']);
    const more = client.link({ prompt: 'none', scope: `openid profile ${client.scope()}` });
    expect(await silent(await signedIn(ada), more)).toEqual(['interaction_required', 'AADSTS65001', 'a-state']);
    const browser = await signedIn(ben);
    await running.control('entra', { user: ben, action: 'block_by_policy' });
    expect(await silent(browser)).toEqual(['interaction_required', 'AADSTS53003', 'a-state']);
    await running.control('entra', { user: ben, action: 'revoke_sessions' });
    expect(await silent(browser)).toEqual(['login_required', 'AADSTS50058', 'a-state']);
  });
});

describe('consent', () => {
  it('lists what is asked for, and is asked for again where more is', async () => {
    const browser = await signedIn(ada);
    await browser.open(client.link({ scope: `openid offline_access profile email ${client.scope()}` }));
    const items = [...browser.text.matchAll(/<li>([^<]+)<\/li>/g)].map(([, text]) => text);
    expect(items).toEqual([
      'Access Common Data Service as you',
      'Sign you in',
      'View your basic profile',
      'View your email address',
      'Maintain access to data you have given it access to',
    ]);
    await browser.click({ decision: 'accept' });
    const { id_token } = (await client.redeem(browser.returned['code'] ?? '')).json;
    expect(decodeJwt(id_token)).toMatchObject({ name: 'Ada Berg', email: ada });
  });

  it('leaves out the claims of a scope that was not consented to', async () => {
    const { refresh_token } = await client.signIn(ada);
    const { json } = await client.refresh(refresh_token, { scope: `openid profile ${client.scope()}` });
    expect(decodeJwt(json.id_token)).not.toHaveProperty('name');
  });

  it('can be given for everybody by an administrator on the way', async () => {
    const stop = await new PageVisitor(running).open(client.link({ login_hint: 'nia@northwind.example' }));
    expect(stop.text).toContain('Have an admin account?');
    const admin = await new PageVisitor(running).open(client.link({ login_hint: 'admin@northwind.example' }));
    expect(admin.text).toContain('Consent on behalf of your organization');
    await admin.click({ decision: 'accept', for_all: 'yes' });
    const nia = await new PageVisitor(running).open(client.link({ login_hint: 'nia@northwind.example' }));
    expect(nia.returned['code']).toBeTruthy();
  });

  it('with .default gives what is registered, and names it in the answer', async () => {
    const scope = `openid offline_access ${running.origin}/dataverse/contoso/.default`;
    const page = await new PageVisitor(running).open(client.link({ scope, login_hint: ada }));
    for (const text of ['Access Common Data Service as you', 'Sign you in and read your profile'])
      expect(page.text).toContain(`<li>${text}</li>`);
    const json = await client.signIn(ada, { scope });
    expect(json.scope.split(' ').sort()).toEqual(
      ['.default', 'user_impersonation'].map((name) => `${running.origin}/dataverse/contoso/${name}`),
    );
  });

  it('without a resource gives a token for Graph', async () => {
    const json = await client.signIn(ada, { scope: 'openid profile' });
    expect(json.scope).toBe('openid profile User.Read');
    expect(decodeJwt(json.access_token).aud).toBe('00000003-0000-0000-c000-000000000000');
  });
});

describe('hints', () => {
  it('domain_hint narrows the choice, login_hint makes it', async () => {
    const browser = await new PageVisitor(running).open(client.link({ domain_hint: 'fabrikam.example' }));
    expect(browser.text).toContain('fay@fabrikam.example');
    expect(browser.text).not.toContain(ada);
    await browser.open(client.link({ login_hint: 'FAY@fabrikam.example' }));
    expect(browser.text).toContain('Permissions requested');
    await browser.open(client.link({ login_hint: 'nobody@fabrikam.example' }));
    expect(browser.text).toContain('Pick an account');
  });
});

describe('response_mode', () => {
  it('form_post answers with a form that sends itself, and by control with its fields', async () => {
    const link = client.link({ response_mode: 'form_post', login_hint: ada, state: '"><script>' });
    const browser = await new PageVisitor(running).open(link);
    await browser.click({ decision: 'accept' });
    expect(browser.status).toBe(200);
    expect(browser.text).toContain(`action="${redirectUri}"`);
    expect(browser.text).toContain('value="&#34;&#62;&#60;script&#62;"');
    const { headers } = await running.call(client.link());
    expect(headers.get('content-security-policy')).not.toContain('script-src');
    const { json } = await client.consent(ada, 'accept', link);
    expect(json).toEqual({ location: redirectUri, form: { code: expect.any(String), state: '"><script>' } });
    expect((await client.redeem(json.form.code)).status).toBe(200);
  });

  it('allows exactly the script that sends the form', async () => {
    await running.control('entra', { user: 'contoso', action: 'grant_admin_consent' });
    const answer = await running.call(client.link({ response_mode: 'form_post', login_hint: ada }));
    const script = /<script>([^<]*)<\/script>/.exec(answer.text)?.[1] ?? '';
    const hash = createHash('sha256').update(script).digest('base64');
    expect(answer.headers.get('content-security-policy')).toContain(`script-src 'sha256-${hash}'`);
  });

  it('fragment answers behind the #, errors too', async () => {
    const { json } = await client.consent(ada, 'decline', client.link({ response_mode: 'fragment' }));
    const { hash, search } = new URL(json.location);
    expect(search).toBe('');
    expect(new URLSearchParams(hash.slice(1)).get('error')).toBe('access_denied');
  });
});

describe('a request that is wrong', () => {
  it.each([
    [{ response_mode: 'jwt' }, 'invalid_request', 70007],
    [{ response_type: 'id_token' }, 'unsupported_response_type', 700054],
    [{ response_type: 'token' }, 'unsupported_response_type', 700051],
    [{ response_type: 'code token device' }, 'unsupported_response_type', 70005],
    [{ prompt: 'consent login' }, 'invalid_request', 90023],
    [{ claims: 'not json' }, 'invalid_request', 90013],
    [{ claims: '{"id_token":7}' }, 'invalid_request', 90013],
    [{ resource: 'https://x.example' }, 'invalid_request', 901002],
    [{ scope: `openid ${running.origin}/discovery/read_all` }, 'invalid_client', 650053],
    [{ scope: `${client.scope()} ${running.origin}/discovery/.default` }, 'invalid_scope', 70011],
    [{ scope: 'colour' }, 'invalid_scope', 70011],
    [{ code_challenge_method: 'S256' }, 'invalid_request', 50147],
    [{ prompt: 'create' }, 'invalid_request', 90023],
    [{ code_challenge: 'short', code_challenge_method: 'S256' }, 'invalid_request', 501491],
  ])('comes back to the client: %j', async (more, error, number) => {
    const browser = await new PageVisitor(running).open(client.link(more));
    expect(browser.returned).toMatchObject({ error, state: 'a-state' });
    expect(browser.returned['error_description']).toMatch(new RegExp(`^AADSTS${number}: `));
    expect(browser.returned['error_uri']).toContain(String(number));
  });

  it('keeps the id that the client gave it', async () => {
    const id = '3f0c8a4e-5d0b-4d8a-9a77-0d2f6a1c9b11';
    const wrong = await running.call(client.link({ redirect_uri: 'http://elsewhere/', 'client-request-id': id }));
    expect(wrong.text).toContain(`Correlation Id: ${id}`);
    const { json } = await running.call(`/organizations/oauth2/v2.0/token?client-request-id=${id}`, { method: 'POST' });
    expect(json.correlation_id).toBe(id);
  });
});

it('takes an authorization request by POST', async () => {
  const [path, query] = client.link({ login_hint: ada }).split('?');
  const answer = await running.call(path ?? '', { method: 'POST', body: new URLSearchParams(query) });
  expect(answer.text).toContain('Permissions requested');
});

it('checks a plain code challenge', async () => {
  const verifier = 'v'.repeat(43);
  const asked = { code_challenge: verifier, code_challenge_method: 'plain' };
  const wrong = await client.redeem(await client.codeFor(ada, asked), { code_verifier: 'w'.repeat(43) });
  expect(wrong.json).toMatchObject({ error_codes: [501481] });
  const right = await client.redeem(await client.codeFor(ada, asked), { code_verifier: verifier });
  expect(right.status).toBe(200);
});

it('puts the claims into the id token that were asked for by name', async () => {
  const claims = JSON.stringify({ id_token: { auth_time: { essential: true }, login_hint: null } });
  const { id_token } = await client.signIn(ada, { claims, scope: `openid profile ${client.scope()}` });
  const { auth_time, login_hint } = decodeJwt(id_token);
  expect(auth_time).toEqual(expect.any(Number));
  expect(login_hint).toEqual(expect.any(String));
  expect(decodeJwt((await client.signIn(ada)).id_token)).not.toHaveProperty('auth_time');
});

describe('logout', () => {
  const logout = (more: Record<string, string>) =>
    `/organizations/oauth2/v2.0/logout?${new URLSearchParams(more).toString()}`;

  it('ends the session and leads on to a registered address only', async () => {
    const browser = await signedIn(ada);
    await browser.open(logout({ post_logout_redirect_uri: redirectUri, state: 'x' }));
    expect(browser.location).toBe(`${redirectUri}?state=x`);
    expect((await browser.open(client.link())).text).toContain('Pick an account');
    await browser.open(logout({ post_logout_redirect_uri: 'https://evil.example/' }));
    expect([browser.status, browser.location]).toEqual([200, '']);
    expect(browser.text).toContain('You signed out of your account');
  });

  it('ends the hinted account alone', async () => {
    const browser = await signedIn(ada, ben);
    await browser.open(logout({ logout_hint: ada }));
    expect((await browser.open(client.link())).returned['code']).toBeTruthy();
    const { json } = await client.redeem(browser.returned['code'] ?? '');
    const { refresh_token } = json;
    await running.control('entra', { user: ben, action: 'disable_user' });
    expect((await client.refresh(refresh_token)).json).toMatchObject({ error_codes: [50057] });
  });
});
