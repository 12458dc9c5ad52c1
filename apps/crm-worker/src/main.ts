import { parseConfig, tlsOf } from '@bliro/config';
import { authProto, type AuthService } from '@bliro/contract/auth';
import { policyProto, type PolicyService } from '@bliro/contract/policy';
import { connect } from '@bliro/database';
import { runService } from '@bliro/observe';
import { openQueues, queueOf } from '@bliro/queue';
import { grpcClient } from '@bliro/rpc';
import { configSchema } from './config.js';
import { WorkDatabase } from './database.js';
import { startWorker } from './start.js';

const config = parseConfig('crm-worker', configSchema);

await runService('crm-worker', config, async (service) => {
  const { logger } = service;
  const tls = tlsOf(config);
  const workDatabase = new WorkDatabase(config.DATABASE_URL, config.WORKER_CONCURRENCY);
  const connection = service.closing(connect(workDatabase, logger));
  service.ready(() => connection.ping());
  const policy = service.closing(
    grpcClient<PolicyService>(policyProto, { url: config.POLICY_GRPC_URL, tls, timeoutMs: 2_000 }),
  );
  // A token may have to be refreshed at Microsoft first.
  const auth = service.closing(
    grpcClient<AuthService>(authProto, { url: config.AUTH_GRPC_URL, tls, timeoutMs: 10_000 }),
  );
  const queues = service.closing(await openQueues(queueOf(config), logger));
  const worker = service.closing(await startWorker(config, { workDatabase, policy, auth, queues, logger }));
  service.ready(() => worker.holdsLock());
});
