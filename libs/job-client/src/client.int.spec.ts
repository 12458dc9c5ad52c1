import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MessageRefused, openQueues, type Queues } from '@bliro/queue';
import { queueBackends, tcpProxy, type QueueBackend } from '@bliro/testing';
import { createJobClient, type JobClient } from './client.js';
import { JobUncertain } from './errors.js';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe.each(queueBackends().map(({ name }) => name))('messages of the job client on %s', (name) => {
  let backend: QueueBackend;
  let intake: Queues;
  let client: JobClient;

  beforeEach(async () => {
    const found = queueBackends().find((each) => each.name === name);
    if (!found) throw new Error(`${name} has gone`);
    backend = found;
    intake = await openQueues(backend.config, quiet);
    client = createJobClient({ queue: backend.config, timeoutMs: 3000 });
  });

  afterEach(async () => {
    await client.close();
    await intake.close(100);
    await backend.drop();
  });

  it('are accepted when the intake has committed, not before', async () => {
    const gate = Promise.withResolvers<void>();
    const steps: string[] = [];
    intake.work(
      'crm-jobs',
      async ({ jws }) => {
        steps.push(jws);
        await gate.promise;
        steps.push('committed');
        return { jobId: 'j1' };
      },
      { concurrency: 1 },
    );
    const sent = client.sendMessage('a.b.c').then((accepted) => {
      steps.push('answered');
      return accepted;
    });
    gate.resolve();
    expect(await sent).toEqual({ committed: true, jobId: 'j1' });
    expect(steps).toEqual(['a.b.c', 'committed', 'answered']);
  });

  it('are refused with the reason of the intake, each time they are sent', async () => {
    intake.work('crm-jobs', () => Promise.reject(new MessageRefused('signature')), { concurrency: 1 });
    for (const _time of [1, 2]) {
      await expect(client.sendMessage('for.ged.jws')).rejects.toMatchObject({ name: 'JobRefused', code: 'signature' });
    }
  });

  it('learn their outcome also when it came long before', async () => {
    let handled = 0;
    intake.work('crm-jobs', () => Promise.resolve({ jobId: String(++handled) }), { concurrency: 1 });
    await client.sendMessage('a.b.c');
    expect(await client.sendMessage('a.b.c')).toEqual({ committed: true, jobId: '1' });
  });

  it('are uncertain while nobody takes them, within the time-out', async () => {
    const impatient = createJobClient({ queue: backend.config, timeoutMs: 300 });
    const from = performance.now();
    await expect(impatient.sendMessage('a.b.c')).rejects.toThrow(JobUncertain);
    expect(performance.now() - from).toBeLessThan(2000);
    await impatient.close();
  });

  it('are uncertain while the server is away, and closing takes no longer than its bounds', async () => {
    const { config } = backend;
    const proxy = await tcpProxy('redis' in config ? config.redis : config.postgres);
    await proxy.down();
    const queue = 'redis' in config ? { ...config, redis: proxy.url } : { ...config, postgres: proxy.url };
    const cutOff = createJobClient({ queue, timeoutMs: 300 });
    const from = performance.now();
    await expect(cutOff.sendMessage('a.b.c')).rejects.toThrow(JobUncertain);
    await cutOff.close();
    expect(performance.now() - from).toBeLessThan(4000);
  });
});
