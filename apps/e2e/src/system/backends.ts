import { adminUrl, queueBackends } from '@bliro/testing';

/** Where a composed system keeps its state: a PostgreSQL of ours or its embedded one, and the queues there or on a Redis. */
export interface Backend {
  name: 'queues on PostgreSQL' | 'queues on Redis';
  /** Undefined: the system starts its embedded server. */
  database?: string;
  redis?: string;
}

const onPostgres: Backend = { name: 'queues on PostgreSQL', database: adminUrl() };
const onRedis = queueBackends().flatMap(({ config }): Backend[] =>
  'redis' in config ? [{ name: 'queues on Redis', database: adminUrl(), redis: config.redis }] : [],
);

/** Both, or PostgreSQL alone where no Redis answers; in CI that is an error. */
export const backends: readonly Backend[] = [onPostgres, ...onRedis];
export { onPostgres };
