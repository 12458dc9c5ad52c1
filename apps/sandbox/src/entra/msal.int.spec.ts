import { ConfidentialClientApplication, type Configuration } from '@azure/msal-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { pkce, serviceClient, startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';
import { findUser } from './directory.js';

let running: RunningSandbox;
const redirectUri = 'http://127.0.0.1:8080/auth/v1/callback';
const nonce = 'a-nonce';

beforeAll(async () => {
  running = await startSandbox();
});
afterAll(() => running.stop());
afterEach(() => running.sandbox.reset());

/** MSAL as in production: Microsoft's authority by name, with endpoints from metadata; only the origin is another. */
function msal(tenant: string): ConfidentialClientApplication {
  const { origin } = running;
  const auth: Configuration['auth'] = {
    ...serviceClient,
    authority: `https://login.microsoftonline.com/${tenant}`,
    authorityMetadata: JSON.stringify({
      authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
      token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
      jwks_uri: `${origin}/${tenant}/discovery/v2.0/keys`,
      issuer: `${origin}/{tenantid}/v2.0`,
    }),
  };
  return new ConfidentialClientApplication({ auth });
}

async function signIn(upn: string, scopes: string[]) {
  const { verifier, challenge } = pkce();
  const url = await msal('organizations').getAuthCodeUrl({
    scopes,
    redirectUri,
    state: 'a-state',
    nonce,
    codeChallenge: challenge,
    codeChallengeMethod: 'S256',
    prompt: 'select_account',
  });
  const { json } = await running.control('consent', { authorizationUrl: url, user: upn, decision: 'accept' });
  const back = new URL(json.location);
  expect(back.searchParams.get('state')).toBe('a-state');
  const client = msal('organizations');
  const code = back.searchParams.get('code') ?? '';
  const result = await client.acquireTokenByCode({ code, scopes, redirectUri, codeVerifier: verifier, nonce });
  const cache = JSON.parse(client.getTokenCache().serialize());
  const [kept] = Object.values<{ secret: string }>(cache.RefreshToken);
  return { result, client, refreshToken: kept?.secret ?? '' };
}

describe('MSAL Node, unchanged', () => {
  it('signs in for discovery, then redeems the refresh token for an environment', async () => {
    const { origin } = running;
    const discovery = `${origin}/discovery/user_impersonation`;
    const { result, refreshToken } = await signIn('ada@contoso.example', [discovery]);
    expect(result.scopes).toContain(discovery);
    const ada = findUser('ada@contoso.example');
    const found = await running.call('/discovery/api/discovery/v2.0/Instances', {
      headers: { authorization: `Bearer ${result.accessToken}` },
    });
    expect(found.json.value.map((one: { FriendlyName: string }) => one.FriendlyName)).toEqual([
      'Contoso',
      'Contoso Sandbox',
    ]);

    const tenant = msal(ada?.tenantId ?? '');
    const [instance] = found.json.value;
    const scopes = [`${instance.Url}/user_impersonation`];
    const renewed = await tenant.acquireTokenByRefreshToken({ refreshToken, scopes, forceCache: true });
    const me = await running.call(`${instance.ApiUrl}/api/data/v9.2/WhoAmI`, {
      headers: { authorization: `Bearer ${renewed?.accessToken ?? ''}` },
    });
    expect(me.json).toMatchObject({ OrganizationId: instance.Id });
    const again = await tenant.acquireTokenByRefreshToken({ refreshToken, scopes, forceCache: true });
    expect(again?.accessToken).toBeTruthy();
  });

  it('renews silently from its cache, for another environment too', async () => {
    const { origin } = running;
    const { result, client } = await signIn('ada@contoso.example', [`${origin}/discovery/user_impersonation`]);
    const { account } = result;
    if (!account) throw new Error('MSAL kept no account');
    const cached = await client.acquireTokenSilent({ account, scopes: [`${origin}/discovery/user_impersonation`] });
    expect(cached).toMatchObject({ fromCache: true, accessToken: result.accessToken });
    const scopes = [`${origin}/dataverse/contoso/user_impersonation`];
    const silent = await client.acquireTokenSilent({ account, scopes });
    expect(decodeJwt(silent.accessToken).aud).toBe(`${origin}/dataverse/contoso`);
    await running.control('entra', { user: 'ada@contoso.example', action: 'require_mfa' });
    const refused = client.acquireTokenSilent({ account, scopes, forceRefresh: true });
    await expect(refused).rejects.toMatchObject({
      errorCode: 'invalid_grant',
      subError: 'basic_action',
      errorNo: 50076,
    });
  });

  it('comes back from the admin consent page, whose link is made by hand as Microsoft documents it', async () => {
    const query = new URLSearchParams({
      client_id: serviceClient.clientId,
      scope: `${running.origin}/discovery/user_impersonation openid offline_access profile`,
      redirect_uri: redirectUri.replace('/callback', '/admin-consent/callback'),
      state: 'a-state',
    });
    const link = `${running.origin}/organizations/v2.0/adminconsent?${query.toString()}`;
    const user = 'admin@northwind.example';
    const { json } = await running.control('consent', { authorizationUrl: link, user, decision: 'accept' });
    expect(Object.fromEntries(new URL(json.location).searchParams)).toMatchObject({
      admin_consent: 'True',
      tenant: findUser(user)?.tenantId,
      state: 'a-state',
    });
    const { result } = await signIn('nia@northwind.example', [`${running.origin}/discovery/user_impersonation`]);
    expect(result.accessToken).toBeTruthy();
  });

  it('gets an id token that verifies by the keys and issuer of the tenant', async () => {
    const { origin } = running;
    const { result } = await signIn('fay@fabrikam.example', [`${origin}/discovery/user_impersonation`]);
    const configuration = await running.call(`/${result.tenantId}/v2.0/.well-known/openid-configuration`);
    const keys = createRemoteJWKSet(new URL(configuration.json.jwks_uri));
    const { payload } = await jwtVerify(result.idToken, keys, {
      issuer: configuration.json.issuer,
      audience: serviceClient.clientId,
      algorithms: ['RS256'],
    });
    expect(payload).toMatchObject({ tid: result.tenantId, nonce, ver: '2.0' });
    expect(decodeJwt(result.accessToken)).toMatchObject({ aud: `${origin}/discovery`, scp: 'user_impersonation' });
  });

  it('hears what Entra would say of a refresh token that it never gave', async () => {
    const scopes = [`${running.origin}/discovery/user_impersonation`];
    const attempt = msal('organizations').acquireTokenByRefreshToken({ refreshToken: 'made up', scopes });
    await expect(attempt).rejects.toMatchObject({ errorCode: 'invalid_grant', errorNo: 9002313 });
    const earlier = '1.sandboxSecretDoNotKeep.of-an-earlier-start';
    const again = msal('organizations').acquireTokenByRefreshToken({ refreshToken: earlier, scopes });
    await expect(again).rejects.toMatchObject({ errorCode: 'invalid_grant', errorNo: 70000 });
  });
});
