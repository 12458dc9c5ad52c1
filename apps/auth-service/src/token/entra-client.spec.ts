import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EntraClient } from './entra-client.js';
import { EntraFailed } from './entra-failure.js';
import { EntraHttp, retryAfter } from './entra-http.js';

const discovery = 'https://globaldisco.crm.dynamics.com';
const environment = 'https://contoso.crm4.dynamics.com';
const clientSecret = 'client-secret-of-this-test';
let server: Server;
let origin: string;
let seen: { url: string; form: URLSearchParams }[] = [];
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((closed) => server.close(closed)));
beforeEach(() => {
  seen = [];
  json(200, { access_token: 'at', refresh_token: 'rt-2', expires_in: 3600, token_type: 'Bearer', id_token: idToken() });
});

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  seen.push({ url: request.url ?? '', form: new URLSearchParams(body) });
  answer(response);
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): void {
  answer = (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function idToken(nonce = 'n'): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub: 's', tid: 't', nonce, exp: 4e9, iss: `${origin}/t/v2.0` })}.x`;
}

const client = () =>
  new EntraClient({
    clientId: 'f752681c-0e51-4cab-a13b-1134a8477b88',
    credential: { kind: 'secret', prove: async () => ({ clientSecret }) },
    authority: 'https://login.microsoftonline.com',
    standin: origin,
    redirectUri: 'http://127.0.0.1:8080/auth/v1/callback',
  });
const refresh = () => client().redeemRefreshToken({ refreshToken: 'rt-1', tenantId: 'tid', resource: environment });
const failure = async (run: Promise<unknown>) => {
  const error: unknown = await run.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof EntraFailed)) throw new Error('it did not fail as it should');
  return error.failure;
};

describe('the sign-in address', () => {
  const signIn = { resource: discovery, state: 'st', nonce: 'n', codeChallenge: 'c'.repeat(43) };

  test('asks for three scopes, with nothing but the allowed parameters', async () => {
    const url = new URL(await client().signInUrl(signIn));
    expect(`${url.origin}${url.pathname}`).toBe(`${origin}/organizations/oauth2/v2.0/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'f752681c-0e51-4cab-a13b-1134a8477b88',
      scope: `openid offline_access ${discovery}/user_impersonation`,
      redirect_uri: 'http://127.0.0.1:8080/auth/v1/callback',
      response_type: 'code',
      response_mode: 'query',
      prompt: 'select_account',
      state: 'st',
      nonce: 'n',
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
    });
  });

  test('carries claims only for a real challenge, and then as it came', async () => {
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
    const url = new URL(await client().signInUrl({ ...signIn, claims }));
    expect(url.searchParams.get('claims')).toBe(claims);
  });

  test('without a stand-in it is Microsoft, and nothing is asked over the network', async () => {
    const real = new EntraClient({
      clientId: 'c',
      credential: { kind: 'secret', prove: async () => ({ clientSecret }) },
      authority: 'https://login.microsoftonline.com',
      redirectUri: 'https://x.example/cb',
    });
    const url = new URL(await real.signInUrl(signIn));
    expect(url.origin).toBe('https://login.microsoftonline.com');
  });
});

describe('redemptions', () => {
  test('a code: three scopes, an allow-list, the verifier; the refresh token comes back', async () => {
    const redeemed = await client().redeemCode({
      code: 'the-code',
      codeVerifier: 'v'.repeat(43),
      nonce: 'n',
      resource: discovery,
    });
    expect(redeemed).toMatchObject({ accessToken: 'at', refreshToken: 'rt-2' });
    expect(Object.fromEntries(seen[0]?.form ?? [])).toEqual({
      client_id: 'f752681c-0e51-4cab-a13b-1134a8477b88',
      client_secret: clientSecret,
      grant_type: 'authorization_code',
      scope: `openid offline_access ${discovery}/user_impersonation`,
      redirect_uri: 'http://127.0.0.1:8080/auth/v1/callback',
      code: 'the-code',
      code_verifier: 'v'.repeat(43),
    });
  });

  test('a refresh token goes to the tenant, for the environment alone', async () => {
    const redeemed = await refresh();
    expect(redeemed.refreshToken).toBe('rt-2');
    expect(seen[0]?.url.split('?')[0]).toBe('/tid/oauth2/v2.0/token');
    expect(Object.fromEntries(seen[0]?.form ?? [])).toEqual({
      client_id: 'f752681c-0e51-4cab-a13b-1134a8477b88',
      client_secret: clientSecret,
      grant_type: 'refresh_token',
      scope: `openid offline_access ${environment}/user_impersonation`,
      refresh_token: 'rt-1',
    });
  });

  test('an answer without a refresh token says so', async () => {
    json(200, { access_token: 'at', expires_in: 3600, token_type: 'Bearer', id_token: idToken() });
    expect(await refresh()).not.toHaveProperty('refreshToken');
  });

  test('a nonce that differs is refused', async () => {
    const run = client().redeemCode({ code: 'c', codeVerifier: 'v'.repeat(43), nonce: 'other', resource: discovery });
    expect(await failure(run)).toMatchObject({ kind: 'not_sent', cause: 'nonce_mismatch' });
  });
});

describe('what went wrong is kept apart', () => {
  test('a refusal keeps error, suberror, numbers and claims', async () => {
    json(400, {
      error: 'invalid_grant',
      suberror: 'basic_action',
      error_codes: [50076],
      claims: '{"a":1}',
      error_description: 'AADSTS50076: ada@contoso.example',
    });
    expect(await failure(refresh())).toEqual({
      kind: 'refused',
      error: 'invalid_grant',
      suberror: 'basic_action',
      codes: [50076],
      claims: '{"a":1}',
    });
  });

  test('a number in the description alone is found', async () => {
    json(400, { error: 'invalid_grant', error_description: 'AADSTS50173: The provided grant has expired.' });
    expect(await failure(refresh())).toMatchObject({ codes: [50173] });
  });

  test('429 with Retry-After', async () => {
    json(429, { error: 'temporarily_unavailable' }, { 'retry-after': '17' });
    expect(await failure(refresh())).toEqual({
      kind: 'transport',
      cause: 'throttled',
      status: 429,
      retryAfterMs: 17_000,
    });
  });

  test.each([200, 302, 400])('%i with something that is no answer', async (status) => {
    answer = (response) => response.writeHead(status, { 'content-type': 'text/html' }).end('<html>');
    expect(await failure(refresh())).toEqual({ kind: 'transport', cause: 'malformed_answer', status });
  });

  test('a connection that is cut', async () => {
    answer = (response) => response.destroy();
    expect(await failure(refresh())).toEqual({ kind: 'transport', cause: 'unreachable' });
  });

  test('no answer within the time', async () => {
    const held: ServerResponse[] = [];
    answer = (response) => held.push(response);
    const http = new EntraHttp(`${origin}/t/oauth2/v2.0/token`, ['openid'], 50);
    await expect(
      http.sendPostRequestAsync(`${origin}/t/oauth2/v2.0/token`, { body: 'grant_type=refresh_token' }),
    ).rejects.toThrow();
    expect(http.failure).toEqual({ kind: 'transport', cause: 'timeout' });
    for (const response of held) response.destroy();
  });
});

describe('what is never sent', () => {
  test.each(['client_credentials', 'password', 'urn:ietf:params:oauth:grant-type:jwt-bearer', ''])(
    'the grant "%s"',
    async (grant) => {
      const http = new EntraHttp(`${origin}/t/oauth2/v2.0/token`, ['openid']);
      const sent = http.sendPostRequestAsync(`${origin}/t/oauth2/v2.0/token`, {
        body: `grant_type=${encodeURIComponent(grant)}`,
      });
      await expect(sent).rejects.toThrow('grant_not_allowed');
      expect(seen).toEqual([]);
    },
  );

  test('anything to another address, and any GET', async () => {
    const http = new EntraHttp(`${origin}/t/oauth2/v2.0/token`, ['openid']);
    await expect(http.sendPostRequestAsync(`${origin}/other`, { body: 'grant_type=refresh_token' })).rejects.toThrow(
      'address_not_allowed',
    );
    await expect(http.sendGetRequestAsync()).rejects.toThrow('get_not_allowed');
    expect(seen).toEqual([]);
  });
});

test('Retry-After comes in seconds or as a date', () => {
  expect(retryAfter('2')).toBe(2000);
  expect(retryAfter('Tue, 24 Nov 2026 12:00:30 GMT', Date.UTC(2026, 10, 24, 12))).toBe(30_000);
  expect(retryAfter('soon')).toBeUndefined();
  expect(retryAfter(undefined)).toBeUndefined();
});
