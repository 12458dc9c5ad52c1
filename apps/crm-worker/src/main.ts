import { parseConfig } from '@bliro/config';
import { authProto, type AuthService } from '@bliro/contract/auth';
import { policyProto, type PolicyService } from '@bliro/contract/policy';
import { dataSourceOptions } from '@bliro/database';
import { createLogger, onStop, startHealth } from '@bliro/observe';
import { openQueues, queueOf } from '@bliro/queue';
import { grpcClient } from '@bliro/rpc';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { configSchema } from './config.js';
import { Membership } from './lane/membership.js';

const config = parseConfig('crm-worker', configSchema);
const logger = createLogger('crm-worker', config.LOG_LEVEL);
const tls = { ca: config.TLS_CA_FILE, cert: config.TLS_CERT_FILE, key: config.TLS_KEY_FILE };
const peer = { tls, timeoutMs: 2_000 };
const { path: policyPath, ...policyService } = policyProto;
const { path: authPath, ...authService } = authProto;
const policy = grpcClient<PolicyService>({
  ...peer,
  ...policyService,
  protoPath: policyPath,
  url: config.POLICY_GRPC_URL,
});
// A token may have to be refreshed at Microsoft first.
const auth = grpcClient<AuthService>({
  ...peer,
  ...authService,
  protoPath: authPath,
  url: config.AUTH_GRPC_URL,
  timeoutMs: 10_000,
});
const dataSource = new DataSource(
  dataSourceOptions({ url: config.DATABASE_URL, schema: 'crm', poolSize: Math.min(config.WORKER_CONCURRENCY + 4, 30) }),
);

const app = await NestFactory.createApplicationContext(
  AppModule.with({
    dataSource,
    directUrl: config.DATABASE_DIRECT_URL,
    queues: await openQueues(queueOf(config), logger),
    policy,
    auth,
    logger,
    allowLocal: config.ALLOW_LOCAL_STANDINS,
    concurrency: config.WORKER_CONCURRENCY,
    graceMs: 6_000,
  }),
  { logger: false, abortOnError: false },
);
const membership = app.get(Membership);
const health = await startHealth({
  port: config.HEALTH_PORT,
  address: config.BIND_ADDRESS,
  ready: async () => {
    if (!membership.alive) throw new Error('the lock in Postgres is not held');
    await dataSource.query('select 1');
  },
});
onStop(
  async () => {
    await app.close();
    policy.close();
    auth.close();
    await health.close();
  },
  { logger },
);
logger.info({ healthPort: health.port }, 'started');
