import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { pkce, serviceClient, startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';
import { secretMarkers } from '../markers.js';

let running: RunningSandbox;
const redirectUri = 'http://localhost:9999/auth/v1/callback';

beforeAll(async () => {
  running = await startSandbox();
});
afterAll(() => running.stop());

const scope = (path = '/discovery') => `${running.origin}${path}/user_impersonation`;
const three = () => `openid offline_access ${scope()}`;

function authorizationUrl(more: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: serviceClient.clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: three(),
    state: 's',
    ...more,
  });
  return `${running.origin}/organizations/oauth2/v2.0/authorize?${query.toString()}`;
}

async function codeFor(upn: string, more: Record<string, string> = {}): Promise<string> {
  const answer = await running.control('consent', {
    authorizationUrl: authorizationUrl(more),
    user: upn,
    decision: 'accept',
  });
  return new URL(answer.json.location).searchParams.get('code') ?? '';
}

function token(form: Record<string, string>, { tenant = 'organizations', client = {} } = {}) {
  const credentials = { client_id: serviceClient.clientId, client_secret: serviceClient.clientSecret, ...client };
  const body = new URLSearchParams({ ...credentials, ...form });
  return running.call(`/${tenant}/oauth2/v2.0/token`, { method: 'POST', body });
}

const redeem = (code: string, more: Record<string, string> = {}) =>
  token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...more });

const refresh = (refreshToken: string, more: Record<string, string> = {}) =>
  token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...more });

describe('an authorization code', () => {
  it('gives the three tokens, each with a marker in it, and an id token without a name', async () => {
    const code = await codeFor('ada@contoso.example', { nonce: 'n' });
    const { status, json } = await redeem(code);
    expect(status).toBe(200);
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: scope() });
    const claims = decodeJwt(json.id_token);
    expect(claims).toMatchObject({ nonce: 'n', aud: serviceClient.clientId });
    expect(Object.keys(claims)).toEqual(expect.arrayContaining(['tid', 'sub', 'iss', 'exp']));
    for (const name of ['oid', 'name', 'preferred_username', 'email']) expect(claims).not.toHaveProperty(name);
    const { json: session } = await running.control('session', { organization: 'o', user: 'u', roles: ['user'] });
    const { json: info } = await running.call('/control/info');
    const secrets = [
      code,
      json.access_token,
      json.refresh_token,
      json.id_token,
      session.token,
      info.testClient.clientSecret,
    ];
    for (const secret of secrets) expect(secretMarkers.some((marker) => secret.includes(marker))).toBe(true);
    expect(info.secretMarkers).toEqual(secretMarkers);
  });

  it('names its user with `profile`', async () => {
    const { json } = await redeem(await codeFor('ada@contoso.example', { scope: `${three()} profile` }));
    expect(decodeJwt(json.id_token)).toMatchObject({ name: 'Ada Berg', preferred_username: 'ada@contoso.example' });
    expect(json.client_info).toBeTruthy();
  });

  it('is good once', async () => {
    const code = await codeFor('ada@contoso.example');
    expect((await redeem(code)).status).toBe(200);
    const { status, json } = await redeem(code);
    expect(status).toBe(400);
    expect(json).toMatchObject({ error: 'invalid_grant', error_codes: [54005] });
    expect(json.error_description).toMatch(/^AADSTS54005: .*Trace ID: .*Correlation ID: .*Timestamp: /);
    expect(json).toMatchObject({
      trace_id: expect.any(String),
      correlation_id: expect.any(String),
      timestamp: expect.any(String),
    });
  });

  it('is good for one of two redemptions at the same moment', async () => {
    const code = await codeFor('ada@contoso.example');
    const answers = await Promise.all([redeem(code), redeem(code)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  it('is bound to its verifier', async () => {
    const { verifier, challenge } = pkce();
    const asked = { code_challenge: challenge, code_challenge_method: 'S256' };
    for (const wrong of [{}, { code_verifier: `${verifier.slice(1)}x` }])
      expect((await redeem(await codeFor('ada@contoso.example', asked), wrong)).json).toMatchObject({
        error_codes: [501481],
      });
    expect((await redeem(await codeFor('ada@contoso.example', asked), { code_verifier: verifier })).status).toBe(200);
  });

  it('is bound to its redirect URI, client and tenant', async () => {
    const other = { redirect_uri: redirectUri.replace('localhost', '127.0.0.1') };
    expect((await redeem(await codeFor('ada@contoso.example'), other)).json).toMatchObject({ error_codes: [500112] });
    const { testClient } = (await running.call('/control/info')).json;
    const foreign = { client_id: testClient.clientId, client_secret: testClient.clientSecret };
    expect((await redeem(await codeFor('ada@contoso.example'), foreign)).json).toMatchObject({
      error_codes: [9002313],
    });
    const form = {
      grant_type: 'authorization_code',
      code: await codeFor('ada@contoso.example'),
      redirect_uri: redirectUri,
    };
    expect((await token(form, { tenant: 'fabrikam.example' })).json).toMatchObject({ error_codes: [700005] });
  });
});

describe('a refresh token', () => {
  it('brings a new one each time, stays good, and opens what its user may ask for', async () => {
    const { json: first } = await redeem(await codeFor('ada@contoso.example'));
    const { json: second } = await refresh(first.refresh_token, {
      scope: `openid offline_access ${scope('/dataverse/contoso')}`,
    });
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(decodeJwt(second.access_token).aud).toBe(`${running.origin}/dataverse/contoso`);
    for (const token of [first.refresh_token, second.refresh_token]) expect((await refresh(token)).status).toBe(200);
  });

  it('takes the first of several resources, and none of a foreign tenant', async () => {
    const { json } = await redeem(await codeFor('ada@contoso.example'));
    const both = { scope: `${scope('/dataverse/contoso-sandbox')} ${scope()}` };
    const { json: given } = await refresh(json.refresh_token, both);
    expect(decodeJwt(given.access_token).aud).toBe(`${running.origin}/dataverse/contoso-sandbox`);
    expect(given).not.toHaveProperty('id_token');
    const { json: refused } = await refresh(json.refresh_token, { scope: scope('/dataverse/fabrikam') });
    expect(refused).toMatchObject({ error: 'invalid_resource', error_codes: [500011] });
  });

  it('is not given without offline_access', async () => {
    const { json } = await redeem(await codeFor('ada@contoso.example', { scope: `openid ${scope()}` }));
    expect(json).not.toHaveProperty('refresh_token');
  });
});

describe('the token endpoint', () => {
  it.each([
    [{ client_secret: 'wrong' }, 401, 'invalid_client', 7000215],
    [{ client_secret: '' }, 401, 'invalid_client', 7000218],
    [{ client_id: '00000000-0000-4000-8000-000000000000' }, 400, 'unauthorized_client', 700016],
    [{ grant_type: 'client_credentials', scope: 'https://x/.default' }, 400, 'invalid_grant', 501051],
    [{ grant_type: 'password' }, 400, 'unsupported_grant_type', 70003],
    [{ grant_type: '' }, 400, 'invalid_request', 900144],
    [{ grant_type: 'authorization_code' }, 400, 'invalid_request', 900144],
  ])('answers %j with %d %s', async (form, status, error, number) => {
    const answer = await token({ grant_type: 'refresh_token', refresh_token: 'x', ...form });
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ error, error_codes: [number] });
  });

  it('shows an application token in the journal as asked for and refused', async () => {
    await token({ grant_type: 'client_credentials', scope: `${running.origin}/dataverse/contoso/.default` });
    const { items } = (await running.call('/control/journal?target=entra')).json;
    expect(items.at(-1)).toMatchObject({ grantType: 'client_credentials', status: 400, committed: false });
  });

  it('takes a client by Basic', async () => {
    const { clientId, clientSecret } = serviceClient;
    const pair = [clientId, clientSecret].map(encodeURIComponent).join(':');
    const { json } = await running.call('/organizations/oauth2/v2.0/token', {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' }),
    });
    expect(json.error_codes).toEqual([9002313]);
  });

  it('serves no page of a browser, and only by POST', async () => {
    const path = '/organizations/oauth2/v2.0/token';
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' });
    const page = await running.call(path, { method: 'POST', headers: { origin: 'https://app.example' }, body });
    expect(page.json).toMatchObject({ error: 'invalid_request', error_codes: [9002326] });
    expect((await running.call(path)).json).toMatchObject({ error: 'invalid_request', error_codes: [900561] });
  });

  it('is not there for a tenant that is not', async () => {
    expect((await token({ grant_type: 'refresh_token' }, { tenant: 'nowhere.example' })).json).toMatchObject({
      error: 'invalid_request',
      error_codes: [90002],
    });
    const { status, json } = await running.call('/nowhere.example/v2.0/.well-known/openid-configuration');
    expect([status, json.error, json.error_codes]).toEqual([400, 'invalid_tenant', [90002]]);
  });

  it('leaves no secret in the journal', async () => {
    const { verifier, challenge } = pkce();
    const code = await codeFor('ben@contoso.example', {
      code_challenge: challenge,
      code_challenge_method: 'S256',
      state: 'st4te',
    });
    const { json } = await redeem(code, { code_verifier: verifier });
    await refresh(json.refresh_token);
    const { text } = await running.call('/control/journal');
    for (const secret of [code, verifier, json.refresh_token, json.access_token, serviceClient.clientSecret, 'st4te'])
      expect(text).not.toContain(secret);
    expect(secretMarkers.some((marker) => text.includes(marker))).toBe(false);
    const { items } = (await running.call('/control/journal?target=entra')).json;
    expect(items.at(-1)).toMatchObject({
      grantType: 'refresh_token',
      user: 'ben@contoso.example',
      status: 200,
      committed: true,
    });
  });
});
