import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateKeyPair, type JWTPayload } from 'jose';
import { HostProduct } from './fixture/host-product.js';
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

const without = (claim: string): JWTPayload => ({ [claim]: undefined });

describe('who calls', () => {
  test('the caller is what the token says', async () => {
    const answer = await api.as(host.token(), 'GET', '/jobs/v1/notes?limit=7');
    expect(answer.body).toEqual({ limit: 7, caller: { organization: 'acme', userId: 'rep', roles: ['user'] } });
  });

  test('without a token: 401 with a challenge', async () => {
    const answer = await api.send('GET', '/jobs/v1/notes', {});
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test.each([
    ['expired', () => host.token({}, { lifeSeconds: -1 })],
    ['valid for more than an hour', () => host.token({}, { lifeSeconds: 3700 })],
    ['without exp', () => host.token(without('exp'))],
    ['for another audience', () => host.token({ aud: 'other' })],
    ['by another issuer', () => host.token({ iss: 'https://other.invalid' })],
    ['signed by another key', async () => host.token({}, { key: (await generateKeyPair('ES256')).privateKey })],
    ['signed by an algorithm off the list', () => host.token({}, { alg: 'HS256', key: new Uint8Array(32) as never })],
    ['unsigned', () => host.unsigned()],
    ['without an organization', () => host.token(without('org'))],
    ['without roles', () => host.token({ roles: [] })],
    ['of a pipeline that is a user too', () => host.token({ roles: ['pipeline', 'user'] })],
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
    const before = host.requests;
    for (const kid of ['a', 'b', 'c', 'd']) {
      expectProblem(await api.as(host.token({}, { kid }), 'GET', '/jobs/v1/notes'), 401, 'unauthenticated');
    }
    expect(host.requests - before).toBeLessThanOrEqual(1);
  });

  test('an hour and a little skew are taken', async () => {
    expect((await api.as(host.token({}, { lifeSeconds: 3650 }), 'GET', '/jobs/v1/notes')).status).toBe(200);
  });

  test('a role that may not: 403, before anything of the body is looked at', async () => {
    const pipeline = host.token({ roles: ['pipeline'] });
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
      down.serves = false;
      const refusal = await fetch(url, { headers });
      expect([refusal.status, ((await refusal.json()) as { code: string }).code]).toEqual([
        503,
        'host_keys_unavailable',
      ]);
      expect(refusal.headers.get('retry-after')).toBe('2');
      down.serves = true;
      expect((await fetch(url, { headers })).status).toBe(200);
      await down.close();
      expect((await fetch(url, { headers })).status).toBe(200);
    } finally {
      await other.app.close();
    }
  });
});
