import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Caller } from '../people/caller.js';
import { Organization } from '../people/organization.js';
import { onPostgres } from '../system/backends.js';
import { System } from '../system/system.js';
import { callsWith, type OpenApi } from './described-calls.js';

// Many processes on few cores: what takes half a second may take ten.
jest.setTimeout(120_000);

const services = ['auth', 'policy', 'jobs'] as const;

describe("one organization's ids in another's hands", () => {
  let system: System;
  let victim: Organization;
  let documents: Record<(typeof services)[number], OpenApi>;
  let ids: Record<string, string>;

  beforeAll(async () => {
    system = await System.start(onPostgres);
    victim = await Organization.join(system, `rep-${randomUUID()}`);
    await victim.connect('ada@contoso.example');
    await victim.allow('create_task');
    const job = await victim.until(
      await victim.enqueue({ tool: 'create_task', input: { fields: { subject: 'Mine' } } }),
    );
    const { id: connection } = await victim.user.get<{ id: string }>('/auth/v1/connections/dynamics');
    ids = {
      organization: victim.name,
      user: victim.userId,
      connection,
      job: job.id,
      record: job.actions[0]?.record?.id ?? '',
      decision: job.actions[0]?.decisionId ?? '',
    };
    const documentOf = async (service: string): Promise<OpenApi> =>
      new Caller(system.apiUrl).get(`/${service}/v1/openapi.json`);
    const [auth, policy, jobs] = await Promise.all(services.map(documentOf));
    documents = { auth, policy, jobs } as typeof documents;
  });

  afterAll(() => system.stop(), 30_000);

  /** All that a stranger's call could have changed or shown. */
  const everything = async (): Promise<unknown> => ({
    jobs: await victim.jobs(),
    tools: await victim.admin.get('/policy/v1/tools'),
    connection: await victim.user.get('/auth/v1/connections/dynamics'),
    connections: await victim.admin.get('/auth/v1/organization/connections'),
    tenants: await victim.admin.get('/auth/v1/organization/dynamics/tenants'),
    environments: await victim.admin.get('/auth/v1/organization/dynamics/environments'),
    pin: (await victim.admin.call('GET', '/auth/v1/organization/dynamics/pinned-environment')).status,
    records: await system.sandbox.records(system.sandbox.environment('Contoso').id, 'task'),
  });

  it('are known: to their owners they lead somewhere', async () => {
    for (const [name, id] of Object.entries(ids)) expect([name, id]).toEqual([name, expect.stringMatching(/./)]);
    expect((await victim.job(ids['job'] ?? '')).id).toBe(ids['job']);
    const { items } = await victim.admin.get<{ items: { id: string }[] }>('/auth/v1/organization/connections');
    expect(items.map(({ id }) => id)).toEqual([ids['connection']]);
  });

  it.each(services)('%s: no route shows, changes or fails for one of them', async (service) => {
    const before = await everything();
    const seen = new Set<string>();
    for (const id of Object.values(ids)) {
      // Another one for each: what a stranger was told, they may store among their own.
      const stranger = await Organization.join(system, `other-${randomUUID()}`);
      for (const call of callsWith(documents[service], id)) {
        for (const caller of [stranger.admin, stranger.user, stranger.pipeline]) {
          const headers = { 'idempotency-key': randomUUID(), 'if-match': '"1"' };
          const { status, body } = await caller.call(call.method, call.path, { ...call, headers });
          const shown = Object.values(ids).filter((other) => other !== id && JSON.stringify(body).includes(other));
          expect({ call, shown, failed: status >= 500 }).toEqual({ call, shown: [], failed: false });
          if (/\{\w*id\}/i.test(call.route))
            expect([call.route, [400, 403, 404, 422, 428]]).toEqual([call.route, expect.arrayContaining([status])]);
          seen.add(call.route);
        }
      }
    }
    expect([...seen].sort()).toEqual(
      callsWith(documents[service], '')
        .map(({ route }) => route)
        .sort(),
    );
    expect(seen.size).toBeGreaterThan(0);
    expect(await everything()).toEqual(before);
  });
});
