import { parseConfig, tlsOf } from '@bliro/config';
import { authProto, type AuthService } from '@bliro/contract/auth';
import { crmProto, type CrmService } from '@bliro/contract/crm';
import { connect } from '@bliro/database';
import { runService } from '@bliro/observe';
import { grpcClient } from '@bliro/rpc';
import { configSchema } from './config.js';
import { HttpDatabase, WorkDatabase } from './database.js';
import { startPolicy } from './start.js';

const config = parseConfig('policy-service', configSchema);

await runService('policy-service', config, async (service) => {
  const { logger } = service;
  const httpDatabase = new HttpDatabase(config.DATABASE_URL);
  const workDatabase = new WorkDatabase(config.DATABASE_WORK_URL);
  for (const database of [httpDatabase, workDatabase]) {
    const connection = service.closing(connect(database, logger));
    service.ready(() => connection.ping());
  }
  const crm = service.closing(
    grpcClient<CrmService>(crmProto, { url: config.CRM_GRPC_URL, tls: tlsOf(config), timeoutMs: 1_000 }),
  );
  const auth = service.closing(
    grpcClient<AuthService>(authProto, { url: config.AUTH_GRPC_URL, tls: tlsOf(config), timeoutMs: 20_000 }),
  );
  service.closing(await startPolicy(config, { httpDatabase, workDatabase, crm, auth, logger }));
});
