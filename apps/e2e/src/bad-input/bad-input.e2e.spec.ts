import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Caller, type Problem } from '../people/caller.js';
import { Organization } from '../people/organization.js';
import { forged } from '../system/tokens.js';
import { onPostgres } from '../system/backends.js';
import { System } from '../system/system.js';
import { badCalls, input, type badTokens } from './bad-calls.js';

// Many processes on few cores: what takes half a second may take ten.
jest.setTimeout(60_000);

type BadToken = (typeof badTokens)[number];

describe('bad input', () => {
  let system: System;
  let own: Organization;
  let foreign: Organization;
  let foreignJob: string;
  let callers: Partial<Record<string, Caller>>;

  beforeAll(async () => {
    system = await System.start(onPostgres);
    own = await Organization.ready(system, 'ada@contoso.example', ['update_task']);
    foreign = await Organization.join(system, 'ben');
    foreignJob = await foreign.enqueue({ tool: 'create_task', input });
    await foreign.until(foreignJob);
    callers = { pipeline: own.pipeline, user: own.user, admin: own.admin, ...(await withBadTokens()) };
  }, 90_000);

  afterAll(() => system.stop(), 30_000);

  async function withBadTokens(): Promise<Record<BadToken, Caller>> {
    const pipeline = { organization: own.name, user: 'pipeline', roles: ['pipeline'] };
    const session = async (more: object): Promise<Caller> =>
      new Caller(system.apiUrl, await system.sandbox.session({ ...pipeline, ...more }));
    return {
      nobody: new Caller(system.apiUrl),
      expired: await session({ expiresInSeconds: -120 }),
      'for another audience': await session({ audience: 'another-api' }),
      'of a pipeline that is an administrator too': await session({ roles: ['pipeline', 'admin'] }),
      'of no role': await session({ roles: ['guest'] }),
      'signed by somebody else': new Caller(system.apiUrl, await forged(own.pipeline.token ?? '')),
    };
  }

  /** All that a call with bad input could have changed. */
  async function everything(): Promise<unknown> {
    const stored = [own, foreign].map(async (organization) => ({
      jobs: await organization.jobs(),
      tools: await organization.admin.get('/policy/v1/tools'),
      connection: (await organization.user.call('GET', '/auth/v1/connections/dynamics')).body,
    }));
    const sent = (await system.sandbox.journal('dataverse')).length;
    return { stored: await Promise.all(stored), sent };
  }

  it.each(badCalls)('$what ($who, $call) is $code and changes nothing', async (bad) => {
    const [method = '', path = ''] = bad.call.split(' ');
    const caller = callers[bad.who];
    const before = await everything();
    const answer = await caller?.call<Problem>(method, path, bad.options);
    expect(answer?.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer?.body).toMatchObject({
      type: expect.stringContaining(`#${bad.code}`),
      title: expect.any(String),
      status: bad.status,
      detail: expect.any(String),
      code: bad.code,
    });
    expect(answer?.status).toBe(bad.status);
    if (bad.code === 'invalid_body') {
      const place = { pointer: expect.any(String), message: expect.any(String) };
      expect(answer?.body.errors).toContainEqual(place);
    }
    expect(await everything()).toEqual(before);
  });

  it('another body under a known key is refused and changes nothing', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const first = await own.post(own.jobOf({ tool: 'create_task', input }), headers);
    await own.until(first.body.jobId);
    const before = await everything();
    const other = own.jobOf({ tool: 'create_task', input: { fields: { subject: 'Something else' } } });
    const answer = await own.post(other, headers);
    expect(answer).toMatchObject({ status: 409, body: { code: 'idempotency_key_reused' } });
    expect(await everything()).toEqual(before);
  });

  it('an environment of another tenant is as unknown as one that nobody has', async () => {
    const before = await everything();
    const body = { environmentId: system.sandbox.environment('Fabrikam').id };
    const answer = await own.user.call('PUT', '/auth/v1/connections/dynamics/environment', { body });
    expect(answer).toMatchObject({ status: 409, body: { code: 'environment_unknown' } });
    expect(await everything()).toEqual(before);
  });

  it.each(['GET', 'DELETE'])('%s answers for a job of another organization as for none', async (method) => {
    const before = await everything();
    const answerTo = async (id: string) => {
      const { status, body } = await own.pipeline.call(method, `/jobs/v1/jobs/${id}`);
      return { status, body };
    };
    const unknown = await answerTo(randomUUID());
    expect(unknown).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await answerTo(foreignJob)).toEqual(unknown);
    expect(await answerTo('no-id')).toEqual(unknown);
    expect(await everything()).toEqual(before);
  });

  it('a call that does not exist is told from an id that does not', async () => {
    const answer = await own.pipeline.call<Problem>('GET', '/jobs/v1/nonsense');
    expect(answer).toMatchObject({ status: 404, body: { type: 'about:blank', status: 404 } });
    expect(answer.body).not.toHaveProperty('code');
  });
});
