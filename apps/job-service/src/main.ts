import { parseConfig, tlsOf } from '@bliro/config';
import { authProto, type AuthService } from '@bliro/contract/auth';
import { policyProto, type PolicyService } from '@bliro/contract/policy';
import { connect } from '@bliro/database';
import { runService } from '@bliro/observe';
import { openQueues, queueOf } from '@bliro/queue';
import { grpcClient } from '@bliro/rpc';
import { configSchema } from './config.js';
import { HttpDatabase, WorkDatabase } from './database.js';
import { startJobs } from './start.js';

const config = parseConfig('job-service', configSchema);

await runService('job-service', config, async (service) => {
  const { logger } = service;
  const httpDatabase = new HttpDatabase(config.DATABASE_URL);
  const workDatabase = new WorkDatabase(config.DATABASE_WORK_URL);
  for (const database of [httpDatabase, workDatabase]) {
    const connection = service.closing(connect(database, logger));
    service.ready(() => connection.ping());
  }
  const auth = service.closing(
    grpcClient<AuthService>(authProto, { url: config.AUTH_GRPC_URL, tls: tlsOf(config), timeoutMs: 2_000 }),
  );
  const policy = service.closing(
    grpcClient<PolicyService>(policyProto, { url: config.POLICY_GRPC_URL, tls: tlsOf(config), timeoutMs: 2_000 }),
  );
  const queues = service.closing(await openQueues(queueOf(config), logger));
  service.closing(await startJobs(config, { httpDatabase, workDatabase, auth, policy, queues, logger }));
});
