import { inputHash, mandateClaims, mandateJws } from '@bliro/contract/crm';
import { createVerifier, keysOf } from '@bliro/signing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createTask, jobOf, jobSystem } from '../fixture/job-system.js';
import { useJobSystem } from '../fixture/use-job-system.js';

describe('POST jobs', () => {
  const on = useJobSystem();

  let key: string;
  beforeEach(() => {
    key = randomUUID();
  });

  it('accepts a job with what makes it traceable', async () => {
    const headers = { 'x-correlation-id': 'corr-12345' };
    const answer = await on.system.call('POST jobs', { key, body: jobOf(), headers });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/jobs/v1/jobs/${answer.body.jobId}`);
    expect(answer.headers.get('x-correlation-id')).toBe('corr-12345');
    expect(await on.system.count('job', 'id = $1 AND correlation_id = $2', [answer.body.jobId, 'corr-12345'])).toBe(1);
    const read = await on.system.call(`GET jobs/${answer.body.jobId}`);
    expect(read.status).toBe(200);
    expect(read.body).toEqual({
      id: answer.body.jobId,
      status: 'open',
      userId: 'rep',
      meetingId: 'meeting-1',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      actions: [{ id: 'a1', tool: 'create_task', status: 'queued', attempts: 0 }],
    });
  });

  it('signs for each action what was accepted, with the keys that policy-service gets', async () => {
    const { body } = await on.system.call('POST jobs', { key, body: jobOf(createTask('a1'), createTask('a2')) });
    const rows = await on.system.ledger.query<
      { id: string; mandate: string; tool: string; salt: string; body: string }[]
    >(
      `SELECT action.id, mandate, tool, salt, body FROM action JOIN content ON content.action_id = action.id
       WHERE job_id = $1`,
      [body.jobId],
    );
    expect(new Set(rows.map(({ salt }) => salt)).size).toBe(2);
    const policy = await on.system.as('policy-service');
    const verifier = createVerifier({ keys: keysOf(policy), ...mandateJws });
    for (const row of rows) {
      expect(await verifier.verify(row.mandate, mandateClaims)).toMatchObject({
        org: 'contoso',
        sub: 'rep',
        job: body.jobId,
        action: row.id,
        tool: row.tool,
        input: inputHash(row.salt, JSON.parse(row.body)),
      });
    }
    policy.close();
  });

  it('gives its keys to policy-service alone', async () => {
    const worker = await on.system.as('crm-worker');
    await expect(worker.keys({})).rejects.toMatchObject({ code: 'denied' });
    worker.close();
  });

  it('makes one job of fifty parallel requests with the same key and body', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => on.system.call('POST jobs', { key, body: jobOf() })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => body.jobId)).size).toBe(1);
    expect(await on.system.count('job', 'idempotency_key = $1', [key])).toBe(1);
  });

  it('answers another body under the same key with 409', async () => {
    await on.system.call('POST jobs', { key, body: jobOf() });
    const other = await on.system.call('POST jobs', { key, body: { ...jobOf(), meetingId: 'meeting-2' } });
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_key_reused']);
    expect(await on.system.count('job', 'idempotency_key = $1', [key])).toBe(1);
  });

  it('takes the order of keys in a body for nothing', async () => {
    const first = await on.system.call('POST jobs', { key, body: jobOf() });
    const { actions, meetingId, userId } = jobOf();
    const again = await on.system.call('POST jobs', { key, body: { actions, userId, meetingId } });
    expect(again.body).toEqual(first.body);
  });

  it('accepts a tool that does not exist', async () => {
    const body = jobOf(createTask('a1', { tool: 'create_spaceship' }));
    expect((await on.system.call('POST jobs', { key, body })).status).toBe(202);
  });

  it('keeps a reference to another action waiting', async () => {
    const update = { tool: 'update_task', input: { id: { fromAction: 'a1' }, fields: { subject: 'x' } } };
    const { body } = await on.system.call('POST jobs', {
      key,
      body: jobOf(createTask('a1'), createTask('a2', update)),
    });
    const read = await on.system.call(`GET jobs/${body.jobId}`);
    expect(read.body.actions.map((action: { status: string }) => action.status)).toEqual(['queued', 'waiting']);
  });

  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  it.each<[string, object, number, string]>([
    ['without a key', { key: undefined, body: jobOf() }, 400, 'idempotency_key_required'],
    ['with a key that is too long', { key: 'k'.repeat(201), body: jobOf() }, 400, 'idempotency_key_required'],
    ['with invalid JSON', { raw: '{"userId":' }, 400, 'invalid_json'],
    [
      'with another media type',
      { body: jobOf(), headers: { 'content-type': 'text/plain' } },
      415,
      'unsupported_media_type',
    ],
    ['with an unknown field', { body: { ...jobOf(), colour: 'red' } }, 400, 'invalid_body'],
    ['with a wrong type', { body: { ...jobOf(), userId: 7 } }, 400, 'invalid_body'],
    ['with a malformed tool key', { body: jobOf(createTask('a1', { tool: 'delete_task' })) }, 400, 'invalid_body'],
    ['with a reference to nothing', { body: jobOf(createTask('a1', { after: ['a9'] })) }, 400, 'invalid_body'],
    [
      'with a cycle',
      { body: jobOf(createTask('a1', { after: ['a2'] }), createTask('a2', { after: ['a1'] })) },
      400,
      'invalid_body',
    ],
    ['with a NUL in an id', { body: { ...jobOf(), userId: 'a\u0000b' } }, 400, 'invalid_body'],
    [
      'with half a surrogate pair',
      { raw: JSON.stringify(jobOf()).replace('Send the quote', '\\ud800') },
      400,
      'invalid_body',
    ],
    ['nested without end', { raw: JSON.stringify(jobOf()).replace('"Send the quote"', deep) }, 400, 'invalid_body'],
    ['of more than 1 MB', { raw: `"${'x'.repeat(1024 * 1024)}"` }, 413, 'body_too_large'],
    ['without a token', { token: undefined, body: jobOf() }, 401, 'unauthenticated'],
    ['with a token of nonsense', { token: 'a.b.c', body: jobOf() }, 401, 'unauthenticated'],
    ['as a user', { roles: ['user'], body: jobOf() }, 403, 'forbidden'],
    ['as an administrator with a wrong body', { roles: ['admin'], body: {} }, 403, 'forbidden'],
    ['as pipeline and user at once', { roles: ['pipeline', 'user'], body: jobOf() }, 401, 'unauthenticated'],
  ])('refuses a request %s', async (_what, call, status, code) => {
    const before = await on.system.count('job');
    const answer = await on.system.call('POST jobs', { key, ...call });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await on.system.count('job')).toBe(before);
  });

  it('refuses an expired token, and one for somebody else', async () => {
    for (const session of [{ expiresInSeconds: -120 }, { audience: 'another' }]) {
      const token = await on.system.host.token(['pipeline'], session);
      const answer = await on.system.call('POST jobs', { key, token, body: jobOf() });
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
    }
  });

  it('says where the mistake is', async () => {
    const wrong = jobOf(createTask('a1', { input: { fields: { 'a@b': 1 } } }));
    const { body } = await on.system.call('POST jobs', { key, body: wrong });
    expect(body.errors[0].pointer).toMatch(/^\/actions\/0\/input\/fields/);
  });

  it('answers 503 with Retry-After while Postgres is away, and accepts the repeat', async () => {
    await on.system.postgres.down();
    const away = await on.system.call('POST jobs', { key, body: jobOf() });
    const read = await on.system.call(`GET jobs/${randomUUID()}`);
    await on.system.postgres.up();
    expect([away.status, away.body.code]).toEqual([503, 'database_unavailable']);
    expect(Number(away.headers.get('retry-after'))).toBeGreaterThan(0);
    expect([read.status, read.body.code]).toEqual([503, 'database_unavailable']);
    expect((await on.system.call('POST jobs', { key, body: jobOf() })).status).toBe(202);
    expect(await on.system.count('job', 'idempotency_key = $1', [key])).toBe(1);
  });
});

describe('POST jobs while the queue is away', () => {
  it('accepts as ever, and leaves the lane due', async () => {
    const system = await jobSystem({ redis: 'redis://127.0.0.1:1', prefix: 'nobody' });
    try {
      const started = performance.now();
      const { status, body } = await system.call('POST jobs', { key: randomUUID(), body: jobOf() });
      expect(status).toBe(202);
      expect(performance.now() - started).toBeLessThan(1000);
      const due = 'id = (SELECT lane_id FROM job WHERE id = $1) AND due <= clock_timestamp()';
      expect(await system.count('lane', due, [body.jobId])).toBe(1);
    } finally {
      await system.close();
    }
  }, 15_000);
});
