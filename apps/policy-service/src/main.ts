import { parseConfig } from '@bliro/config';
import { crmProto, type CrmService } from '@bliro/contract/crm';
import { grantJws } from '@bliro/contract/policy';
import { dataSourceOptions } from '@bliro/database';
import { createLogger, onStop, startHealth } from '@bliro/observe';
import { grpcClient } from '@bliro/rpc';
import { createSigner, InvalidSigningKey, type Signer } from '@bliro/signing';
import { DataSource } from 'typeorm';
import { configSchema } from './config.js';
import { connected, WorkDatabase } from './database.js';
import { startPolicy } from './start.js';
import { ToolRow } from './tool/tool.entity.js';

const config = parseConfig('policy-service', configSchema);
const logger = createLogger('policy-service', config.LOG_LEVEL);
const tls = { ca: config.TLS_CA_FILE, cert: config.TLS_CERT_FILE, key: config.TLS_KEY_FILE };
const signer = await grantSigner(config.SIGNING_KEY_FILE);
const crm = grpcClient<CrmService>({
  package: crmProto.package,
  service: crmProto.service,
  protoPath: crmProto.path,
  url: config.CRM_GRPC_URL,
  tls,
  timeoutMs: 1_000,
});
const httpDatabase = new DataSource(
  dataSourceOptions({ url: config.DATABASE_URL, schema: 'policy', entities: [ToolRow] }),
);
const workDatabase = new WorkDatabase(dataSourceOptions({ url: config.DATABASE_WORK_URL, schema: 'policy' }));

const stops: (() => Promise<unknown> | void)[] = [];
onStop(
  async () => {
    for (const stop of stops.reverse()) await stop();
  },
  { logger },
);

const databases = [httpDatabase, workDatabase];
let serving = false;
const health = await startHealth({
  port: config.HEALTH_PORT,
  address: config.BIND_ADDRESS,
  ready: async () => {
    if (!serving) throw new Error('starting');
    await Promise.all(databases.map((database) => database.query('select 1')));
  },
});
stops.push(() => health.close());
stops.push(() => crm.close());
for (const database of databases) {
  stops.push(() => (database.isInitialized ? database.destroy() : undefined));
  await connected(database, logger);
}

const app = await startPolicy({
  host: { issuer: config.HOST_ISSUER, audience: config.HOST_AUDIENCE, jwksUrl: config.HOST_JWKS_URL },
  httpDatabase,
  workDatabase,
  crm,
  signer,
  title: `${config.PRODUCT_NAME}: tools and permissions for Dynamics 365`,
  address: config.BIND_ADDRESS,
  port: config.PORT,
  grpcPort: config.GRPC_PORT,
  tls,
  logger,
  appOrigin: config.APP_ORIGIN ?? config.PUBLIC_ORIGIN,
});
stops.push(() => app.close());
serving = true;
logger.info({ port: config.PORT, grpcPort: config.GRPC_PORT }, 'started');

async function grantSigner(keyFile: string): Promise<Signer> {
  try {
    return await createSigner(keyFile, grantJws.issuer);
  } catch (error) {
    if (!(error instanceof InvalidSigningKey)) throw error;
    process.stderr.write(`policy-service does not start. SIGNING_KEY_FILE: ${error.message}\n`);
    process.exit(78);
  }
}
