import { DatabaseMistake } from '@bliro/database';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, queueBackends, tcpProxy, type QueueBackend, type TcpProxy } from '@bliro/testing';
import { QueueUnavailable } from './bounded.js';
import type { QueueConfig } from './config.js';
import { openQueues, type Queues } from './queues.js';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe.each(queueBackends().map(({ name }) => name))('an absent server of queues on %s', (name) => {
  let backend: QueueBackend;
  let proxy: TcpProxy;
  let queues: Queues | undefined;

  beforeEach(async () => {
    const found = queueBackends().find((each) => each.name === name);
    if (!found) throw new Error(`${name} has gone`);
    backend = found;
    proxy = await tcpProxy(urlOf(backend.config));
  });

  afterEach(async () => {
    await queues?.close(100);
    await proxy.close();
    await backend.drop();
  });

  it('is no error at the start, and everything works when it comes', async () => {
    await proxy.down();
    queues = await openQueues(behind(proxy, backend.config), quiet);
    const woken = follow(queues);
    queues.wakeLanes([{ laneId: 'lost', fence: '1' }]);
    await expect(queues.send('crm-jobs', { jws: 'a.b.c' })).rejects.toThrow(QueueUnavailable);
    await proxy.up();
    await comesAgain(queues, woken);
  });

  it('costs a worker no more than the time it lasts', async () => {
    queues = await openQueues(behind(proxy, backend.config), quiet);
    const woken = follow(queues);
    queues.wakeLanes([{ laneId: 'before', fence: '1' }]);
    await eventually(() => Promise.resolve(woken.includes('before') || undefined));
    await proxy.down();
    const from = performance.now();
    queues.wakeLanes([{ laneId: 'meanwhile', fence: '1' }]);
    expect(performance.now() - from).toBeLessThan(100);
    await proxy.up();
    await comesAgain(queues, woken);
  });

  it('makes a send that hangs fail in two seconds, and closing takes no longer than its bounds', async () => {
    queues = await openQueues(behind(proxy, backend.config), quiet);
    const woken = follow(queues);
    queues.wakeLanes([{ laneId: 'before', fence: '1' }]);
    await eventually(() => Promise.resolve(woken.includes('before') || undefined));
    proxy.freeze();
    const from = performance.now();
    await expect(queues.send('crm-jobs', { jws: 'a.b.c' })).rejects.toThrow();
    expect(performance.now() - from).toBeLessThan(3000);
    await queues.close(200);
    expect(performance.now() - from).toBeLessThan(6000);
  });

  function follow(opened: Queues): string[] {
    const woken: string[] = [];
    opened.work(
      'crm-lanes',
      ({ laneId }) => {
        woken.push(laneId);
        return Promise.resolve();
      },
      { concurrency: 2 },
    );
    return woken;
  }

  // As the sweep does: a lane is woken until it ran.
  async function comesAgain(opened: Queues, woken: string[]): Promise<void> {
    await eventually(() => {
      opened.wakeLanes([{ laneId: 'again', fence: '1' }]);
      return Promise.resolve(woken.includes('again') || undefined);
    });
  }
});

describe('a transaction pooler', () => {
  it('is refused at the start', async () => {
    const backend = queueBackends().find((each) => each.name === 'postgres');
    if (!backend) throw new Error('there is no PostgreSQL');
    const pooler = await tcpProxy(urlOf(backend.config), withOtherProcessId);
    await expect(openQueues(behind(pooler, backend.config), quiet)).rejects.toThrow(DatabaseMistake);
    await pooler.close();
  });
});

/** As a pooler does, tells the client a process id of its own in BackendKeyData. */
function withOtherProcessId(bytes: Buffer): Buffer {
  const at = bytes.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
  if (at >= 0) bytes.writeInt32BE(7, at + 5);
  return bytes;
}

function urlOf(config: QueueConfig): string {
  return 'redis' in config ? config.redis : config.postgres;
}

function behind(proxy: TcpProxy, config: QueueConfig): QueueConfig {
  return 'redis' in config ? { ...config, redis: proxy.url } : { ...config, postgres: proxy.url };
}
