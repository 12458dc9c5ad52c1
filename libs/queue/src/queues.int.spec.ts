import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, queueBackends, type QueueBackend } from '@bliro/testing';
import { postgresBackend } from './postgres.js';
import { redisBackend } from './redis.js';
import { MessageRefused } from './refusal.js';
import { openQueues, type Queues } from './queues.js';

const names = queueBackends().map(({ name }) => name);
const jws = 'eyJhbGciOiJFZERTQSJ9.the-content.of-a-person';

describe.each(names)('queues on %s', (name) => {
  let backend: QueueBackend;
  let queues: Queues;
  let lines: { level: string; fields: Record<string, unknown> }[];

  beforeEach(async () => {
    const found = queueBackends().find((each) => each.name === name);
    if (!found) throw new Error(`${name} has gone`);
    backend = found;
    lines = [];
    queues = await openQueues(backend.config, logger());
  });

  afterEach(async () => {
    await queues.close(100);
    await backend.drop();
  });

  it('wakes a lane once, however often it is asked before a worker is there', async () => {
    const lane = (laneId: string) => ({ laneId, fence: '1' });
    queues.wakeLanes([lane('a'), lane('b'), lane('a')]);
    await waiting(2);
    queues.wakeLanes([lane('a'), lane('c')]);
    await waiting(3);
    const woken: string[] = [];
    queues.work(
      'crm-lanes',
      ({ laneId }) => {
        woken.push(laneId);
        return Promise.resolve();
      },
      { concurrency: 1 },
    );
    await eventually(() => Promise.resolve(woken.length === 3 || undefined));
    expect(woken.sort()).toEqual(['a', 'b', 'c']);
  });

  it('runs a lane once more for any number of wake-ups during a run', async () => {
    const runs: string[] = [];
    const gate = Promise.withResolvers<void>();
    queues.work(
      'crm-lanes',
      async ({ laneId }) => {
        runs.push(laneId);
        if (runs.length === 1) await gate.promise;
      },
      { concurrency: 4 },
    );
    queues.wakeLanes([{ laneId: 'a', fence: '1' }]);
    await eventually(() => Promise.resolve(runs.length === 1 || undefined));
    queues.wakeLanes(['a', 'a', 'a', 'marker'].map((laneId) => ({ laneId, fence: '1' })));
    await eventually(() => Promise.resolve(runs.includes('marker') || undefined));
    gate.resolve();
    await eventually(() => Promise.resolve(runs.filter((lane) => lane === 'a').length > 1 || undefined));
    queues.wakeLanes([{ laneId: 'end', fence: '1' }]);
    await eventually(() => Promise.resolve(runs.includes('end') || undefined));
    expect(runs.filter((lane) => lane === 'a')).toHaveLength(2);
  });

  it('wakes a lane again under a new fence while a message of the old one is held', async () => {
    const runs: string[] = [];
    const gate = Promise.withResolvers<void>();
    queues.work(
      'crm-lanes',
      async ({ laneId }) => {
        runs.push(laneId);
        if (runs.length === 1) await gate.promise;
      },
      { concurrency: 4 },
    );
    queues.wakeLanes([{ laneId: 'a', fence: '1' }]);
    await eventually(() => Promise.resolve(runs.length === 1 || undefined));
    queues.wakeLanes([{ laneId: 'a', fence: '2' }]);
    await eventually(() => Promise.resolve(runs.length === 2 || undefined));
    gate.resolve();
  });

  it('repeats a message whose handler fails, and forgets a failed wake-up', async () => {
    let attempts = 0;
    const wakes: string[] = [];
    queues.work(
      'crm-lanes',
      ({ laneId }) => {
        wakes.push(laneId);
        return Promise.reject(new Error('lane'));
      },
      { concurrency: 1 },
    );
    queues.work(
      'crm-jobs',
      () => (++attempts < 3 ? Promise.reject(new Error('away')) : Promise.resolve({ jobId: 'j' })),
      { concurrency: 1 },
    );
    queues.wakeLanes([{ laneId: 'a', fence: '1' }]);
    await queues.send('crm-jobs', { jws });
    await eventually(() => Promise.resolve(attempts === 3 || undefined));
    queues.wakeLanes([{ laneId: 'b', fence: '1' }]);
    await eventually(() => Promise.resolve(wakes.includes('b') || undefined));
    expect(wakes).toEqual(['a', 'b']);
  });

  it('puts malformed and refused messages aside with an alarm that holds nothing of them', async () => {
    const handled: string[] = [];
    await queues.send('crm-jobs', { token: jws } as never);
    await queues.send('crm-jobs', { jws });
    queues.work(
      'crm-jobs',
      (data) => {
        handled.push(data.jws);
        return Promise.reject(new MessageRefused('signature'));
      },
      { concurrency: 1 },
    );
    const alarms = await eventually(() => {
      const found = lines.filter(({ fields }) => fields['alarm'] === 'queue_message_refused');
      return Promise.resolve(found.length === 2 ? found : undefined);
    });
    expect(handled).toEqual([jws]);
    expect(alarms.map(({ fields }) => fields['reason'])).toEqual(['malformed', 'signature']);
    expect(JSON.stringify(lines)).not.toContain('the-content');
  });

  it('sends a message with an id once', async () => {
    const handled: string[] = [];
    await queues.send('crm-jobs', { jws: 'first' }, { id: 'same' });
    await queues.send('crm-jobs', { jws: 'second' }, { id: 'same' });
    await queues.send('crm-jobs', { jws: 'last' });
    queues.work(
      'crm-jobs',
      (data) => {
        handled.push(data.jws);
        return Promise.resolve();
      },
      { concurrency: 1 },
    );
    await eventually(() => Promise.resolve(handled.includes('last') || undefined));
    expect(handled).toEqual(['first', 'last']);
  });

  it('waits for a message at work when it closes, within the grace', async () => {
    const gate = Promise.withResolvers<void>();
    const steps: string[] = [];
    queues.work(
      'crm-lanes',
      async () => {
        steps.push('begun');
        await gate.promise;
        steps.push('done');
      },
      { concurrency: 1 },
    );
    queues.wakeLanes([{ laneId: 'a', fence: '1' }]);
    await eventually(() => Promise.resolve(steps.length === 1 || undefined));
    const closed = queues.close(5000).then(() => steps.push('closed'));
    gate.resolve();
    await closed;
    expect(steps).toEqual(['begun', 'done', 'closed']);
  });

  it('closes without what outlasts the grace', async () => {
    const never = Promise.withResolvers<void>();
    let begun = 0;
    queues.work(
      'crm-lanes',
      async () => {
        begun++;
        await never.promise;
      },
      { concurrency: 1 },
    );
    queues.wakeLanes([{ laneId: 'a', fence: '1' }]);
    await eventually(() => Promise.resolve(begun === 1 || undefined));
    const from = performance.now();
    await queues.close(100);
    expect(performance.now() - from).toBeLessThan(3000);
    never.resolve();
  });

  async function waiting(messages: number): Promise<void> {
    const { config } = backend;
    const looking = 'redis' in config ? redisBackend(config, logger()) : postgresBackend(config);
    const queue = looking.queue('crm-lanes');
    await eventually(async () => (await queue.getJobCountByTypes('prioritized', 'waiting')) === messages || undefined);
    await queue.close();
    looking.drop();
  }

  function logger() {
    const at = (level: string) => (fields: Record<string, unknown>, message: string) => {
      lines.push({ level, fields: { ...fields, message } });
    };
    return { info: at('info'), warn: at('warn'), error: at('error') };
  }
});
