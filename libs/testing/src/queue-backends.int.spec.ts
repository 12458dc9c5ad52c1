import { afterEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { queueBackends } from './queue-backends.js';
import { redisCommand } from './redis-keys.js';
import { adminUrl } from './server.js';

const environment = { ...process.env };

describe('queueBackends', () => {
  afterEach(() => {
    process.env = { ...environment };
  });

  it('offers a schema of its own on PostgreSQL, and drops it', async () => {
    const backend = queueBackends().find(({ name }) => name === 'postgres');
    const { schema } = backend?.config as { schema: string };
    expect(queueBackends().map(({ config }) => config)).not.toContainEqual(backend?.config);

    const admin = new Client({ connectionString: adminUrl() });
    await admin.connect();
    await admin.query(`create schema ${schema} create table job ()`);
    await backend?.drop();
    const { rows } = await admin.query('select from pg_namespace where nspname = $1', [schema]);
    await admin.end();
    expect(rows).toEqual([]);
  });

  const onRedis = queueBackends().filter(({ name }) => name === 'redis');

  it.each(onRedis)('removes the keys of its prefix from $name, and no others', async (backend) => {
    const { redis, prefix } = backend.config as { redis: string; prefix: string };
    const neighbour = `${prefix}0:mine`;
    for (const key of [`${prefix}:a`, `${prefix}:b:c`, neighbour]) await redisCommand(redis, ['SET', key, 'x']);
    await backend.drop();
    const left = await redisCommand(redis, ['EXISTS', `${prefix}:a`, `${prefix}:b:c`, neighbour]);
    await redisCommand(redis, ['DEL', neighbour]);
    expect(left).toBe(':1\r\n');
  });

  it('leaves Redis out where none answers, and insists on it in CI', () => {
    process.env['REDIS_URL'] = 'redis://127.0.0.1:1';
    process.env['CI'] = 'false';
    expect(queueBackends().map(({ name }) => name)).toEqual(['postgres']);
    process.env['CI'] = 'true';
    expect(() => queueBackends()).toThrow('CI needs a Redis');
  });
});
