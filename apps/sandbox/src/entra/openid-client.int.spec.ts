import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as openid from 'openid-client';
import { startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';

const running: RunningSandbox = await startSandbox();
const { testClient, tenants } = (await running.call('/control/info')).json;
const tenantId: string = tenants[0].id;
const scope = `openid offline_access profile ${running.origin}/discovery/user_impersonation`;

beforeEach(() => running.sandbox.reset());
afterAll(() => running.stop());

const configured = (origin: string, proof: openid.ClientAuth, metadata: Partial<openid.ClientMetadata> = {}) =>
  openid.discovery(new URL(`${origin}/${tenantId}/v2.0`), testClient.clientId, metadata, proof, {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- is marked so to stand out; loopback has no TLS
    execute: [openid.allowInsecureRequests],
  });

async function begin(config: openid.Configuration, more: Record<string, string> = {}) {
  const checks = {
    pkceCodeVerifier: openid.randomPKCECodeVerifier(),
    expectedState: openid.randomState(),
    expectedNonce: openid.randomNonce(),
  };
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: testClient.redirectUri,
    scope,
    code_challenge: await openid.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...more,
  });
  return { checks, url };
}

async function back(url: URL, decision = 'accept', user = 'ada@contoso.example') {
  const { json } = await running.control('consent', { authorizationUrl: url.href, user, decision });
  return json;
}

describe('openid-client, unchanged', () => {
  it.each([
    ['127.0.0.1', 'body', openid.ClientSecretPost(testClient.clientSecret)],
    ['localhost', 'header', openid.ClientSecretBasic(testClient.clientSecret)],
  ])('signs in under %s with its secret in the %s, refreshes, and checks every token', async (host, _where, proof) => {
    const origin = running.origin.replace('127.0.0.1', host);
    const config = await configured(origin, proof);
    expect(config.serverMetadata()).toMatchObject({
      issuer: `${origin}/${tenantId}/v2.0`,
      token_endpoint: `${origin}/${tenantId}/oauth2/v2.0/token`,
    });
    const { checks, url } = await begin(config);
    const { location } = await back(url);
    const tokens = await openid.authorizationCodeGrant(config, new URL(location), checks);
    expect(tokens.claims()).toMatchObject({ tid: tenantId, preferred_username: 'ada@contoso.example' });
    const environment = `${running.origin}/dataverse/contoso`;
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '', {
      scope: `openid ${environment}/user_impersonation`,
    });
    const me = await openid.fetchProtectedResource(
      config,
      refreshed.access_token,
      new URL(`${environment}/api/data/v9.2/WhoAmI`),
      'GET',
    );
    expect(me.status).toBe(200);
  });

  it('takes the answer by form_post', async () => {
    const config = await configured(running.origin, openid.ClientSecretPost(testClient.clientSecret));
    const { checks, url } = await begin(config, { response_mode: 'form_post' });
    const { location, form } = await back(url);
    const request = new Request(location, { method: 'POST', body: new URLSearchParams(form) });
    const tokens = await openid.authorizationCodeGrant(config, request, checks);
    expect(tokens.access_token).toBeTruthy();
  });

  it('hears a refusal as OAuth has it', async () => {
    const config = await configured(running.origin, openid.ClientSecretPost(testClient.clientSecret));
    const { checks, url } = await begin(config);
    const { location } = await back(url, 'decline');
    await expect(openid.authorizationCodeGrant(config, new URL(location), checks)).rejects.toMatchObject({
      error: 'access_denied',
      error_description: expect.stringContaining('AADSTS65004'),
    });
    await expect(openid.refreshTokenGrant(config, 'made up')).rejects.toMatchObject({
      error: 'invalid_grant',
      status: 400,
    });
    const app = { scope: `${running.origin}/dataverse/contoso/.default` };
    await expect(openid.clientCredentialsGrant(config, app)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(openid.clientCredentialsGrant(config, { scope: 'openid' })).rejects.toMatchObject({
      error: 'invalid_scope',
    });
  });

  it('finds where to sign out', async () => {
    const config = await configured(running.origin, openid.ClientSecretPost(testClient.clientSecret));
    const url = openid.buildEndSessionUrl(config, { post_logout_redirect_uri: testClient.redirectUri });
    const { status, headers } = await running.call(url.href);
    expect([status, headers.get('location')]).toEqual([302, testClient.redirectUri]);
  });
});
