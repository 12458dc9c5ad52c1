import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startSandbox, type RunningSandbox } from '../fixture/start-sandbox.js';
import { webApiOf } from '../fixture/web-api.js';
import { documentedLimits, Protection } from './protection.js';

const running: RunningSandbox = await startSandbox();
const { api, get, customize, settings } = await webApiOf(running);

beforeEach(() => running.sandbox.reset());
afterAll(() => running.stop());

describe('service protection limits', () => {
  it('count the requests of each user alone, and say how long to wait', async () => {
    await settings({ throttle: { requests: 2, windowSeconds: 30 } });
    const first = await get('WhoAmI');
    expect(first.headers.get('x-ms-ratelimit-burst-remaining-xrm-requests')).toBe('1');
    expect(first.headers.get('x-ms-ratelimit-time-remaining-xrm-requests')).toMatch(/^1\d{3}/);
    expect(first.headers.get('x-ms-dop-hint')).toMatch(/^\d+$/);
    expect(first.headers.get('req_id')).toBeTruthy();
    await get('WhoAmI');
    const { status, headers, json } = await get('WhoAmI');
    expect([status, json.error.code]).toEqual([429, '0x80072322']);
    expect(json.error.message).toBe('Number of requests exceeded the limit of 2 over time window of 30 seconds.');
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(29);
    expect((await get('WhoAmI', { as: 'ben' })).status).toBe(200);
    await running.control('reset', '');
    expect((await get('WhoAmI')).status).toBe(200);
  });

  it('count what runs at the same moment', async () => {
    await settings({ throttle: { concurrency: 1 } });
    await customize({ plugIn: { table: 'task', slowMs: 300 } });
    const answers = await Promise.all([1, 2].map(() => api('POST', 'tasks', { body: { subject: 'x' } })));
    const refused = answers.find(({ status }) => status === 429);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 429]);
    expect(refused?.json.error.code).toBe('0x80072326');
    expect(refused?.headers.get('retry-after')).toBe('1');
  });

  it('add up the time that requests take', () => {
    const protection = new Protection(() => ({ ...documentedLimits, executionSeconds: 0.001 }));
    const passage = protection.enter('ada', Date.now() - 5000);
    passage.leave();
    expect(() => protection.enter('ada')).toThrow(
      expect.objectContaining({ status: 429, code: '0x80072321', headers: { 'Retry-After': expect.any(String) } }),
    );
    expect(() => protection.enter('ben')).not.toThrow();
  });

  it('are those of the documentation, in a window that slides', () => {
    const protection = new Protection(() => documentedLimits);
    const start = 1_000_000;
    for (let i = 0; i < 6000; i++) protection.enter('ada', start + i).leave(start + i);
    const wait = (now: number) => {
      try {
        protection.enter('ada', now).leave(now);
        return 0;
      } catch (error) {
        return Number((error as { headers: Record<string, string> }).headers['Retry-After']);
      }
    };
    const waits = Array.from({ length: 30 }, () => wait(start + 6000));
    expect(waits[0]).toBe(294);
    expect(waits.at(-1)).toBeGreaterThan(294);
    expect(wait(start + 300_000)).toBe(0);
  });
});
