import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateKeyPair, UnsecuredJWT } from 'jose';
import { HostProduct, type HostSession } from '@bliro/testing';
import { expectProblem, startNotes, type NotesApi } from './fixture/notes-api.js';

let host: HostProduct;
let api: NotesApi;

beforeAll(async () => {
  host = await HostProduct.start();
  api = await startNotes(host);
});

afterAll(async () => {
  await api.app.close();
  await host.close();
});

const without = (claim: string): HostSession => ({ claims: { [claim]: undefined } });
const unsigned = (): string =>
  new UnsecuredJWT({ iss: host.issuer, aud: host.audience, sub: 'rep', org: 'contoso', roles: ['user'] })
    .setExpirationTime('10m')
    .encode();

describe('who calls', () => {
  test('the caller is what the token says', async () => {
    const answer = await api.as(host.token(), 'GET', '/jobs/v1/notes?limit=7');
    expect(answer.body).toEqual({ limit: 7, caller: { organization: 'contoso', userId: 'rep', roles: ['user'] } });
  });

  test('without a token: 401 with a challenge', async () => {
    const answer = await api.send('GET', '/jobs/v1/notes', {});
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test.each([
    ['expired', () => host.token(['user'], { expiresInSeconds: -1 })],
    ['valid for more than an hour', () => host.token(['user'], { expiresInSeconds: 3700 })],
    ['without exp', () => host.token(['user'], without('exp'))],
    ['for another audience', () => host.token(['user'], { audience: 'other' })],
    ['by another issuer', () => host.token(['user'], { claims: { iss: 'https://other.invalid' } })],
    [
      'signed by another key',
      async () => host.token(['user'], { privateKey: (await generateKeyPair('ES256')).privateKey }),
    ],
    [
      'signed by an algorithm off the list',
      () => host.token(['user'], { alg: 'HS256', privateKey: new Uint8Array(32) }),
    ],
    ['unsigned', unsigned],
    ['without an organization', () => host.token(['user'], without('org'))],
    ['without roles', () => host.token([])],
    ['of a pipeline that is a user too', () => host.token(['pipeline', 'user'])],
    ['that is not a JWT', () => 'abc.def'],
  ])('a token %s: 401', async (_kind, token) => {
    expectProblem(await api.as(token(), 'GET', '/jobs/v1/notes'), 401, 'unauthenticated');
  });

  test.each(['RS256', 'EdDSA'])('a token signed with %s is taken', async (alg) => {
    const other = await HostProduct.start(alg);
    const served = await startNotes(other);
    try {
      const headers = { authorization: `Bearer ${await other.token()}` };
      expect((await fetch(`${served.origin}/jobs/v1/notes`, { headers })).status).toBe(200);
    } finally {
      await served.app.close();
      await other.close();
    }
  });

  test('tokens of unknown keys do not make us ask for keys each time', async () => {
    await api.as(host.token(), 'GET', '/jobs/v1/notes');
    const before = host.users.asked;
    for (const kid of ['a', 'b', 'c', 'd']) {
      expectProblem(await api.as(host.token(['user'], { kid }), 'GET', '/jobs/v1/notes'), 401, 'unauthenticated');
    }
    expect(host.users.asked - before).toBeLessThanOrEqual(1);
  });

  test('an hour and a little skew are taken', async () => {
    expect((await api.as(host.token(['user'], { expiresInSeconds: 3650 }), 'GET', '/jobs/v1/notes')).status).toBe(200);
  });

  test('a role that may not: 403, before anything of the body is looked at', async () => {
    const pipeline = host.token(['pipeline']);
    expectProblem(await api.as(pipeline, 'POST', '/jobs/v1/notes', '{"broken'), 403, 'forbidden');
    expectProblem(
      await api.send('POST', '/jobs/v1/notes', { 'content-type': 'text/plain' }, 'x'),
      401,
      'unauthenticated',
    );
  });

  test('a public route needs no token', async () => {
    expect((await api.send('POST', '/jobs/v1/open', {})).status).toBe(204);
  });

  test('keys that are out of reach: 503, and a known key goes on', async () => {
    const down = await HostProduct.start();
    const other = await startNotes(down);
    const url = `${other.origin}/jobs/v1/notes`;
    const headers = { authorization: `Bearer ${await down.token()}` };
    try {
      down.users.reachable = false;
      const refusal = await fetch(url, { headers });
      expect([refusal.status, ((await refusal.json()) as { code: string }).code]).toEqual([
        503,
        'host_keys_unavailable',
      ]);
      expect(refusal.headers.get('retry-after')).toBe('2');
      down.users.reachable = true;
      expect((await fetch(url, { headers })).status).toBe(200);
      await down.close();
      expect((await fetch(url, { headers })).status).toBe(200);
    } finally {
      await other.app.close();
    }
  });
});
