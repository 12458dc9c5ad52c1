import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { request } from 'node:http';
import { entraActions } from '../control/entra.js';
import { oauthClient, redirectUri } from '../fixture/oauth-client.js';
import { serviceClient, startSandbox } from '../fixture/start-sandbox.js';

const SEED = 20_260_101;
const running = await startSandbox();
const client = oauthClient(running);
const { port } = new URL(running.origin);

beforeEach(() => running.sandbox.reset());
afterAll(() => running.stop());

interface Sent {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

/** Bytes as they are: `fetch` would put much of it right. */
function send({ method, path, headers = {}, body }: Sent): Promise<number> {
  return new Promise((resolve, reject) => {
    // Node sends the body of a DELETE without its length by itself, which is another request then.
    const length: Record<string, number> = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const options = { port, host: '127.0.0.1', method, path, headers: { ...headers, ...length }, agent: false };
    const asked = request(options, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.once('error', reject);
    asked.end(body);
  });
}

/** Answers, never of the kind that means the server broke. */
const holds = (sent: fc.Arbitrary<Sent>, numRuns: number) =>
  fc.assert(
    fc.asyncProperty(sent, async (one) => {
      const status = await send(one);
      expect(status).toBeGreaterThanOrEqual(200);
      expect(status).toBeLessThan(500);
    }),
    { numRuns, seed: SEED },
  );

const printable = fc.string({ unit: 'grapheme', maxLength: 40 });
const tenant = fc.oneof(
  fc.constantFrom('organizations', 'common', 'contoso.example', '%', '..', '%2e%2e%2f', '__proto__', 'constructor'),
  printable.map(encodeURIComponent),
);
const page = fc.constantFrom(
  '/oauth2/v2.0/authorize',
  '/oauth2/v2.0/token',
  '/oauth2/v2.0/logout',
  '/v2.0/adminconsent',
  '/login',
  '/Consent/Set',
  '/SAS/ProcessAuth',
  '/discovery/v2.0/keys',
  '/v2.0/.well-known/openid-configuration',
);
const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS');

/** Half of it what a client would send, the rest anything. */
const parameters: Record<string, string[]> = {
  client_id: [serviceClient.clientId, '__proto__'],
  client_secret: [serviceClient.clientSecret],
  client_assertion: ['a.b.c', 'e30.e30.', '...'],
  client_assertion_type: ['urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
  redirect_uri: [redirectUri, 'javascript:alert(1)', 'http://127.0.0.1:99999/auth/v1/callback', '//x'],
  post_logout_redirect_uri: [redirectUri, 'http://127.0.0.1:99999/auth/v1/callback'],
  response_type: ['code', 'id_token'],
  response_mode: ['query', 'form_post', 'fragment'],
  scope: [`openid offline_access ${client.scope()}`, '.default', 'http:///user_impersonation', '//'],
  prompt: ['none', 'login', 'consent', 'select_account'],
  login_hint: ['ada@contoso.example', 'constructor'],
  domain_hint: ['contoso.example', '@'],
  claims: ['{}', '{"access_token":{"x":null}}', '[]', '{"id_token":[]}', '{"__proto__":{"a":1}}'],
  code_challenge: ['x'.repeat(43)],
  code_challenge_method: ['S256', 'plain'],
  grant_type: ['authorization_code', 'refresh_token', 'client_credentials', 'password', '__proto__'],
  code: ['1.x'],
  refresh_token: ['0.x', 'toString'],
  user: ['ada@contoso.example', 'nia@northwind.example', '__proto__'],
  decision: ['accept', 'decline', 'return'],
  approve: ['yes'],
  for_all: ['yes'],
  strong: ['yes'],
  state: ['s'],
  nonce: ['n'],
  resource: ['x'],
};
const form = fc
  .record(
    Object.fromEntries(
      Object.entries(parameters).map(([name, likely]) => [
        name,
        fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...likely) }, { weight: 1, arbitrary: printable }),
      ]),
    ),
    { requiredKeys: ['client_id'] },
  )
  .map((given) => new URLSearchParams(given as Record<string, string>).toString());

const headers = fc.record(
  {
    authorization: fc.constantFrom('Basic', 'Basic !!!', 'Basic OjpSOg==', `Basic ${'A'.repeat(500)}`, 'Bearer x'),
    cookie: fc.constantFrom('ESTSAUTHPERSISTENT=x', '=', ';;;', 'ESTSAUTHPERSISTENT'),
    'content-type': fc.constantFrom(
      'application/x-www-form-urlencoded',
      'application/json',
      'text/html; charset=x',
      'x',
    ),
    'client-request-id': fc.constantFrom('x', 'c4f1a1b2-0000-4000-8000-000000000000'),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Record<string, string>>;

describe('whatever comes to Entra', () => {
  it('is answered, with parameters that are nearly right', async () => {
    await holds(
      fc.tuple(method, tenant, page, form, form, headers).map(([verb, segment, path, query, body, sentHeaders]) => ({
        method: verb,
        path: `/${segment}${path}?${query}`,
        headers: sentHeaders,
        ...(verb === 'GET' || verb === 'HEAD' ? {} : { body }),
      })),
      600,
    );
  });

  it('is answered, with paths, queries and bodies of any bytes', async () => {
    const visible = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) });
    await holds(
      fc
        .tuple(method, tenant, page, visible, fc.uint8Array({ maxLength: 2000 }), headers)
        .map(([verb, segment, path, query, body, sentHeaders]) => ({
          method: verb,
          path: `/${segment}${path}?${query}`,
          headers: sentHeaders,
          ...(verb === 'GET' || verb === 'HEAD' ? {} : { body }),
        })),
      300,
    );
  });

  it('is answered when it is huge', async () => {
    const long = 'x'.repeat(30_000);
    expect(await send({ method: 'GET', path: `/organizations/oauth2/v2.0/authorize?state=${long}` })).toBe(400);
    const body = `grant_type=refresh_token&client_id=${long.repeat(100)}`;
    expect(await send({ method: 'POST', path: '/organizations/oauth2/v2.0/token', body })).toBe(400);
    const tooMuch = 'x'.repeat(17 * 1024 * 1024);
    const refused = send({ method: 'POST', path: '/organizations/oauth2/v2.0/token', body: tooMuch }).catch(() => 413);
    expect(await refused).toBe(413);
  });
});

describe('whatever comes to the control API', () => {
  const paths = ['session', 'job-message', 'consent', 'entra', 'settings', 'faults', 'records', 'nothing'];
  const likely = fc.record(
    {
      user: fc.constantFrom('ada@contoso.example', 'contoso', 'nobody', '__proto__'),
      action: fc.constantFrom(...entraActions, 'toString'),
      organization: printable,
      roles: fc.array(fc.constantFrom('user', 'admin', '')),
      target: fc.constantFrom('entra', 'mars'),
      effect: fc.record({ kind: fc.constantFrom('status', 'delay'), ms: fc.integer(), status: fc.integer() }),
      authorizationUrl: fc.constantFrom('x', client.link(), `${running.origin}/%/v2.0/adminconsent`, 'http://[::1]/'),
      decision: fc.constantFrom('accept', 'return'),
      accessTokenSeconds: fc.double(),
      throttle: fc.object({ maxDepth: 1 }),
      environment: fc.constantFrom('x', '7e3b9b4b-59d8-8d00-a3f7-073996d606ef'),
      table: fc.constantFrom('task', 'constructor'),
      fields: fc.object(),
    },
    { requiredKeys: [] },
  );

  it('is answered as problem+json, or done', async () => {
    const body = fc.oneof(
      likely.map((value) => JSON.stringify(value)),
      fc.json(),
      fc.string(),
    );
    await holds(
      fc.tuple(fc.constantFrom(...paths), body).map(([path, text]) => ({
        method: 'POST',
        path: `/control/${path}`,
        body: text,
      })),
      500,
    );
  });

  it('is answered, with odd queries', async () => {
    const query = fc.webQueryParameters();
    await holds(
      fc.tuple(fc.constantFrom('journal', 'records', 'info'), query).map(([path, text]) => ({
        method: 'GET',
        path: `/control/${path}?${text}`,
      })),
      100,
    );
  });
});

it('still serves, after all of that', async () => {
  const { access_token } = await client.signIn('ada@contoso.example');
  expect(access_token).toBeTruthy();
});
