import { parseConfig, tlsOf } from '@bliro/config';
import { policyProto, type PolicyService } from '@bliro/contract/policy';
import { connect } from '@bliro/database';
import { runService } from '@bliro/observe';
import { grpcClient } from '@bliro/rpc';
import { configSchema } from './config.js';
import { HttpDatabase, KeyDatabase, WorkDatabase } from './database.js';
import { startAuth } from './start.js';

const config = parseConfig('auth-service', configSchema);

await runService('auth-service', config, async (service) => {
  const { logger } = service;
  const httpDatabase = new HttpDatabase(config.DATABASE_URL);
  const workDatabase = new WorkDatabase(config.DATABASE_WORK_URL);
  const keyDatabase = new KeyDatabase(config.KEYSTORE_URL);
  for (const database of [httpDatabase, workDatabase]) {
    const connection = service.closing(connect(database, logger));
    service.ready(() => connection.ping());
  }
  // No condition of being ready: without it there are no tokens, but the rest goes on.
  service.closing(connect(keyDatabase, logger));
  const policy = service.closing(
    grpcClient<PolicyService>(policyProto, { url: config.POLICY_GRPC_URL, tls: tlsOf(config), timeoutMs: 1_000 }),
  );
  service.closing(await startAuth(config, { httpDatabase, workDatabase, keyDatabase, policy, logger }));
});
