import { describe, expect, it } from '@jest/globals';
import { alarmWhenEvicting } from './redis.js';

async function alarmsOn(info: () => Promise<string>): Promise<unknown[]> {
  const alarms: unknown[] = [];
  const say = (fields: Record<string, unknown>): void => void alarms.push(fields);
  await alarmWhenEvicting({ info }, { info: say, warn: say, error: say });
  return alarms;
}

describe('a Redis for queues', () => {
  it('raises an alarm where it may evict keys', async () => {
    const info = (): Promise<string> => Promise.resolve('maxmemory:100\r\nmaxmemory_policy:allkeys-lru\r\n');
    expect(await alarmsOn(info)).toEqual([{ alarm: 'queue_may_lose_messages', policy: 'allkeys-lru' }]);
  });

  it('raises an alarm where it does not say', async () => {
    expect(await alarmsOn(() => Promise.resolve(''))).toEqual([
      { alarm: 'queue_may_lose_messages', policy: 'unknown' },
    ]);
  });

  it('raises none with noeviction, nor when the connection was lost meanwhile', async () => {
    expect(await alarmsOn(() => Promise.resolve('maxmemory_policy:noeviction\r\n'))).toEqual([]);
    expect(await alarmsOn(() => Promise.reject(new Error('away')))).toEqual([]);
  });
});
