import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { removeKeys } from './redis-keys.js';
import { adminUrl, redisUrl } from './server.js';

export interface QueueBackend {
  name: 'redis' | 'postgres';
  /** As `QueueConfig` of the queue library; the prefix or schema is new each time. */
  config: { redis: string; prefix: string } | { postgres: string; schema: string };
  /** Drops the schema, or the keys of the prefix. Close the queues first. */
  drop(): Promise<void>;
}

/**
 * Where queues can run here, for `describe.each(queueBackends())`. Redis is left out where none answers, but not in CI:
 * there it throws.
 */
export function queueBackends(): QueueBackend[] {
  const name = `queue_test_${randomBytes(6).toString('hex')}`;
  const postgres: QueueBackend = {
    name: 'postgres',
    config: { postgres: adminUrl(), schema: name },
    drop: () => dropSchema(name),
  };
  if (!redisAnswers(redisUrl())) {
    if (process.env['CI'] === 'true') throw new Error('CI needs a Redis, and none answers at REDIS_URL.');
    return [postgres];
  }
  return [
    { name: 'redis', config: { redis: redisUrl(), prefix: name }, drop: () => removeKeys(redisUrl(), name) },
    postgres,
  ];
}

/** Suites are listed before anything may be awaited, so another process does the asking. */
function redisAnswers(url: string): boolean {
  const { hostname, port } = new URL(url);
  const ask = `
    const socket = require('node:net').connect(${Number(port || 6379)}, ${JSON.stringify(hostname)});
    socket.on('connect', () => process.exit(0)).on('error', () => process.exit(1));
    setTimeout(() => process.exit(1), 2000);`;
  return spawnSync(process.execPath, ['-e', ask]).status === 0;
}

async function dropSchema(schema: string): Promise<void> {
  const admin = new Client({ connectionString: adminUrl() });
  await admin.connect();
  try {
    await admin.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  } finally {
    await admin.end();
  }
}
