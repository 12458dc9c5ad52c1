import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { oneQueue, queueFields, queueOf } from './config.js';

const schema = oneQueue(z.object({ ...queueFields, OTHER: z.string().optional() }));

describe('the configuration of the queues', () => {
  it('names Redis and its prefix, or PostgreSQL and its schema', () => {
    const redis = schema.parse({ REDIS_URL: 'redis://127.0.0.1:6379' });
    expect(queueOf(redis)).toEqual({ redis: 'redis://127.0.0.1:6379', prefix: 'crm' });
    const postgres = schema.parse({ QUEUE_DATABASE_URL: 'postgres://q@127.0.0.1/crm' });
    expect(queueOf(postgres)).toEqual({ postgres: 'postgres://q@127.0.0.1/crm', schema: 'queue' });
  });

  it.each([
    [{}, 'exactly one'],
    [{ REDIS_URL: 'redis://a', QUEUE_DATABASE_URL: 'postgres://b/c' }, 'exactly one'],
    [{ OTHER: 7 }, 'exactly one'],
    [{ REDIS_URL: 'http://a' }, 'redis://'],
    [{ QUEUE_DATABASE_URL: 'redis://a' }, 'postgres://'],
  ])('is a mistake as %j', (settings, words) => {
    expect(JSON.stringify(schema.safeParse(settings).error?.issues)).toContain(words);
  });
});
