import { afterEach, describe, expect, test } from '@jest/globals';
import { startHealth, type HealthOptions, type HealthServer } from './health.js';

let server: HealthServer | undefined;

afterEach(() => server?.close());

async function ask(path: string, options: Pick<HealthOptions, 'ready'>): Promise<[number, unknown]> {
  server = await startHealth({ port: 0, address: '127.0.0.1', ...options });
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
  return [response.status, await response.json()];
}

const ready = () => Promise.resolve();

describe('startHealth', () => {
  test('live and ready', async () => {
    expect(await ask('/health/live', { ready })).toEqual([200, { status: 'live' }]);
    await server?.close();
    expect(await ask('/health/ready', { ready })).toEqual([200, { status: 'ready' }]);
  });

  test('what is not ready says why, without secrets, and is live', async () => {
    const refused = () => Promise.reject(new Error('postgres://app:hunter2@db refused'));
    expect(await ask('/health/ready', { ready: refused })).toEqual([
      503,
      { status: 'not_ready', reason: 'postgres://app:[redacted]@db refused' },
    ]);
    await server?.close();
    expect((await ask('/health/live', { ready: refused }))[0]).toBe(200);
  });

  test('a check that never answers is not ready', async () => {
    const silent = () => new Promise<void>(() => undefined);
    expect(await ask('/health/ready', { ready: silent })).toEqual([
      503,
      { status: 'not_ready', reason: 'no answer in time' },
    ]);
  });
});
