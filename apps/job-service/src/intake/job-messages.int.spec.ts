import { eventually, queueBackends, type HostMessage } from '@bliro/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { generateKeyPair } from 'jose';
import { randomUUID } from 'node:crypto';
import { createTask, jobOf, jobSystem } from '../fixture/job-system.js';
import { useJobSystem } from '../fixture/use-job-system.js';

describe.each(queueBackends())('messages of crm-jobs on $name', (backend) => {
  const on = useJobSystem([backend]);
  afterEach(() => {
    on.system.host.pipeline.reachable = true;
  });

  const send = async (job: Record<string, unknown>, options: HostMessage): Promise<void> =>
    on.system.queues.send('crm-jobs', { jws: await on.system.host.message(job, options) });
  const taken = (key: string): Promise<string> =>
    eventually(async () => {
      const rows = await on.system.ledger.query<{ id: string }[]>('SELECT id FROM job WHERE idempotency_key = $1', [
        key,
      ]);
      return rows[0]?.id;
    });
  /** Messages are taken in order of their sending, up to the worker's concurrency: this one comes after all before it. */
  const settled = async (): Promise<void> => {
    const idempotencyKey = randomUUID();
    await send(jobOf(), { idempotencyKey });
    await taken(idempotencyKey);
  };

  it('end in the same place as requests', async () => {
    const idempotencyKey = randomUUID();
    await send(jobOf(createTask('a1'), createTask('a2', { after: ['a1'] })), { idempotencyKey });
    const { status, body } = await on.system.call(`GET jobs/${await taken(idempotencyKey)}`);
    expect(status).toBe(200);
    expect(body.actions.map((action: { status: string }) => action.status)).toEqual(['queued', 'waiting']);
  });

  it('make one job with a request of the same key, whichever came first', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    await send(jobOf(), { idempotencyKey: first });
    const jobId = await taken(first);
    expect((await on.system.call('POST jobs', { key: first, body: jobOf() })).body).toEqual({ jobId });

    await on.system.call('POST jobs', { key: second, body: jobOf() });
    await send(jobOf(), { idempotencyKey: second });
    await settled();
    expect(await on.system.count('job', 'idempotency_key = $1', [second])).toBe(1);
  });

  it('are put aside and do nothing when they are not what the pipeline signed for us', async () => {
    const before = await on.system.count('job');
    const stranger = (await generateKeyPair('EdDSA')).privateKey;
    const wrong: HostMessage[] = [
      { key: stranger },
      { typ: 'JWT' },
      { audience: 'bliro-crm' },
      { issuer: 'https://somebody.invalid' },
      { issuedSecondsAgo: 24 * 3600 + 60 },
      { issuedSecondsAgo: -3600 },
    ];
    for (const options of wrong) await send(jobOf(), { idempotencyKey: randomUUID(), ...options });
    await send({ ...jobOf(), colour: 'red' }, { idempotencyKey: randomUUID() });
    await send(jobOf(createTask('a1', { after: ['a9'] })), { idempotencyKey: randomUUID() });
    const [header, payload] = (await on.system.host.message(jobOf())).split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'crm-job+jwt' })).toString('base64url');
    for (const jws of [
      'nonsense',
      `${none}.${payload}.`,
      `${header}.${payload}.`,
      await on.system.host.token(['pipeline']),
    ]) {
      await on.system.queues.send('crm-jobs', { jws });
    }
    await settled();
    await settled();
    expect(await on.system.count('job')).toBe(before + 2);
  });

  it('are put aside when their key came with another body before', async () => {
    const idempotencyKey = randomUUID();
    await send(jobOf(), { idempotencyKey });
    await taken(idempotencyKey);
    await send({ ...jobOf(), meetingId: 'another' }, { idempotencyKey });
    await settled();
    expect(await on.system.count('job', 'idempotency_key = $1', [idempotencyKey])).toBe(1);
  });

  it('wait while Postgres is away', async () => {
    const idempotencyKey = randomUUID();
    await on.system.postgres.down();
    await send(jobOf(), { idempotencyKey });
    const away = await on.system.call('POST jobs', { key: randomUUID(), body: jobOf() });
    expect(away.status).toBe(503);
    await on.system.postgres.up();
    await taken(idempotencyKey);
  }, 20_000);
});

describe.each(queueBackends())("messages of crm-jobs on $name before the pipeline's keys were seen", (backend) => {
  it('wait until the keys can be had', async () => {
    const system = await jobSystem(backend.config);
    try {
      system.host.pipeline.reachable = false;
      const idempotencyKey = randomUUID();
      const asked = system.host.pipeline.asked;
      await system.queues.send('crm-jobs', { jws: await system.host.message(jobOf(), { idempotencyKey }) });
      await eventually(() => Promise.resolve(system.host.pipeline.asked > asked ? true : undefined));
      expect(await system.count('job')).toBe(0);
      system.host.pipeline.reachable = true;
      await eventually(async () => ((await system.count('job')) === 1 ? true : undefined));
    } finally {
      await system.close();
      await backend.drop();
    }
  }, 20_000);
});
