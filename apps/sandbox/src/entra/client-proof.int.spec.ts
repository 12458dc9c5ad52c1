import { ConfidentialClientApplication } from '@azure/msal-node';
import { afterAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, importPKCS8, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { createHash, X509Certificate } from 'node:crypto';
import { oauthClient, redirectUri } from '../fixture/oauth-client.js';
import { selfSigned, type SelfSigned } from '../fixture/self-signed.js';
import { serviceClient, startSandbox } from '../fixture/start-sandbox.js';

const { clientId } = serviceClient;
const platform = { issuer: 'https://platform.example', subject: 'system:serviceaccount:crm:auth-service' };
const audience = 'api://AzureADTokenExchange';

const [ours, theirs, workload] = await Promise.all([
  selfSigned('CN=auth-service'),
  selfSigned('CN=somebody else'),
  generateKeyPair('RS256'),
]);
const pssKey = await importPKCS8(ours.keyPem, 'PS256');
const keys = { keys: [{ ...(await exportJWK(workload.publicKey)), kid: 'w', alg: 'RS256' }] };
const running = await startSandbox({
  service: {
    clientId,
    certificates: [new X509Certificate(ours.pem)],
    federations: [{ ...platform, audience, keys }],
  },
});
const client = oauthClient(running);
const endpoint = `${running.origin}/organizations/oauth2/v2.0/token`;
afterAll(() => running.stop());

function thumbprint({ pem }: SelfSigned, hash: string, encoding: 'hex' | 'base64url' = 'base64url'): string {
  return createHash(hash).update(new X509Certificate(pem).raw).digest(encoding);
}

interface Assertion {
  key?: CryptoKey;
  alg?: string;
  header?: object;
  claims?: JWTPayload;
}

function assertion({ key = ours.privateKey, alg = 'RS256', header, claims = {} }: Assertion) {
  const own = { iss: clientId, sub: clientId, aud: endpoint, jti: 'j', exp: Math.floor(Date.now() / 1000) + 600 };
  return new SignJWT({ ...own, ...claims })
    .setProtectedHeader({ alg, 'x5t#S256': thumbprint(ours, 'sha256'), ...header })
    .sign(key);
}

async function prove(clientAssertion: string, more: Record<string, string> = {}) {
  const { json } = await running.call('/organizations/oauth2/v2.0/token', {
    method: 'POST',
    body: new URLSearchParams({
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: clientAssertion,
      grant_type: 'refresh_token',
      refresh_token: 'x',
      ...more,
    }),
  });
  return json.error_codes[0] as number;
}
/** What a client that has proved itself hears of a refresh token that was never given. */
const PROVED = 9002313;

describe('a certificate', () => {
  it('lets MSAL sign in, by PS256 and by its older RS256', async () => {
    const prints = [
      { thumbprintSha256: thumbprint(ours, 'sha256', 'hex') },
      { thumbprint: thumbprint(ours, 'sha1', 'hex') },
    ];
    for (const print of prints) {
      const msal = new ConfidentialClientApplication({
        auth: {
          clientId,
          clientCertificate: { ...print, privateKey: ours.keyPem, x5c: ours.pem },
          authority: 'https://login.microsoftonline.com/organizations',
          authorityMetadata: JSON.stringify({
            authorization_endpoint: `${running.origin}/organizations/oauth2/v2.0/authorize`,
            token_endpoint: endpoint,
            issuer: `${running.origin}/{tenantid}/v2.0`,
          }),
        },
      });
      const scopes = [client.scope()];
      const url = await msal.getAuthCodeUrl({ scopes, redirectUri });
      const { location } = (await client.consent('ada@contoso.example', 'accept', url)).json;
      const code = new URL(location).searchParams.get('code') ?? '';
      const result = await msal.acquireTokenByCode({ scopes, redirectUri, code });
      expect(result.accessToken).toBeTruthy();
    }
  });

  it.each<[string, Assertion, number]>([
    ['that fits', {}, PROVED],
    ['that signs as PS256', { alg: 'PS256', key: pssKey }, PROVED],
    ['that is not registered', { header: { 'x5t#S256': thumbprint(theirs, 'sha256') } }, 700027],
    ['with the key of another', { key: theirs.privateKey }, 700027],
    ['for another audience', { claims: { aud: 'https://elsewhere.example/token' } }, 700023],
    ['for another application', { claims: { sub: 'somebody' } }, 700021],
    ['too late', { claims: { exp: Math.floor(Date.now() / 1000) - 3600 } }, 700024],
    ['too early', { claims: { nbf: Math.floor(Date.now() / 1000) + 3600 } }, 700024],
  ])('%s', async (_what, given, number) => {
    expect(await prove(await assertion(given))).toBe(number);
  });

  it('is not passed by an unsigned or garbled assertion', async () => {
    const [, payload] = (await assertion({})).split('.');
    const header = { alg: 'none', 'x5t#S256': thumbprint(ours, 'sha256') };
    const unsigned = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload ?? ''}.`;
    expect(await prove(unsigned)).toBe(700027);
    expect(await prove('not a jwt')).toBe(50027);
    expect(await prove(await assertion({}), { client_assertion_type: 'other' })).toBe(900144);
  });

  it('leaves no secret that would fit', async () => {
    expect((await client.redeem('code')).json).toMatchObject({ error: 'invalid_client', error_codes: [7000215] });
  });
});

describe('a federated token', () => {
  const token = (claims: JWTPayload = {}, key = workload.privateKey) =>
    new SignJWT({ iss: platform.issuer, sub: platform.subject, aud: audience, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'w' })
      .setExpirationTime('10m')
      .sign(key);

  it('lets MSAL sign in', async () => {
    const msal = new ConfidentialClientApplication({
      auth: {
        clientId,
        clientAssertion: () => token(),
        authority: 'https://login.microsoftonline.com/organizations',
        authorityMetadata: JSON.stringify({
          authorization_endpoint: `${running.origin}/organizations/oauth2/v2.0/authorize`,
          token_endpoint: endpoint,
          issuer: `${running.origin}/{tenantid}/v2.0`,
        }),
      },
    });
    const code = await client.codeFor('ada@contoso.example');
    const { accessToken } = await msal.acquireTokenByCode({ scopes: [client.scope()], redirectUri, code });
    expect(accessToken).toBeTruthy();
  });

  it.each<[string, JWTPayload, number]>([
    ['that is registered', {}, PROVED],
    ['of another issuer', { iss: 'https://other.example' }, 700211],
    ['for another subject', { sub: 'system:serviceaccount:crm:worker' }, 700213],
    ['for another audience', { aud: 'api://other' }, 700212],
  ])('%s', async (_what, claims, number) => {
    expect(await prove(await token(claims))).toBe(number);
  });

  it('has to be signed by its issuer', async () => {
    expect(await prove(await token({}, ours.privateKey))).toBe(700027);
  });
});
