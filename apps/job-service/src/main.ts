import { parseConfig } from '@bliro/config';
import { authProto, type AuthService } from '@bliro/contract/auth';
import { mandateJws } from '@bliro/contract/crm';
import { dataSourceOptions } from '@bliro/database';
import { ledgerEntities } from '@bliro/ledger';
import { createLogger, onStop, startHealth } from '@bliro/observe';
import { openQueues, queueOf } from '@bliro/queue';
import { grpcClient } from '@bliro/rpc';
import { createSigner, InvalidSigningKey, type Signer } from '@bliro/signing';
import { configSchema } from './config.js';
import { connected, HttpDatabase, WorkDatabase } from './database.js';
import { startJobs } from './start.js';

/** Its worker has been closed before, with a grace of its own. */
const QUEUE_GRACE_MS = 500;

const config = parseConfig('job-service', configSchema);
const logger = createLogger('job-service', config.LOG_LEVEL);
const signer = await mandateSigner(config.SIGNING_KEY_FILE);
const tls = { ca: config.TLS_CA_FILE, cert: config.TLS_CERT_FILE, key: config.TLS_KEY_FILE };
const httpDatabase = new HttpDatabase(
  dataSourceOptions({ url: config.DATABASE_URL, schema: 'crm', entities: ledgerEntities }),
);
const workDatabase = new WorkDatabase(dataSourceOptions({ url: config.DATABASE_WORK_URL, schema: 'crm' }));

const stops: (() => Promise<unknown> | void)[] = [];
const stopping = new AbortController();
onStop(
  async () => {
    stopping.abort();
    for (const stop of stops.reverse()) await stop();
  },
  { logger },
);

const databases = [httpDatabase, workDatabase];
for (const database of databases) {
  stops.push(() => (database.isInitialized ? database.destroy() : undefined));
}
const health = await startHealth({
  port: config.HEALTH_PORT,
  address: config.BIND_ADDRESS,
  ready: async () => {
    await Promise.all(databases.map((database) => database.query('select 1')));
  },
});
stops.push(() => health.close());

const auth = grpcClient<AuthService>({
  package: authProto.package,
  service: authProto.service,
  protoPath: authProto.path,
  url: config.AUTH_GRPC_URL,
  tls,
  timeoutMs: 2_000,
});
stops.push(() => auth.close());
const queues = await openQueues(queueOf(config), logger);
stops.push(() => queues.close(QUEUE_GRACE_MS));

// Served while Postgres is still away: a caller gets 503 with Retry-After, not a closed door.
const connecting = databases.map((database) => connected(database, logger, stopping.signal));
const servers = await startJobs({
  host: { issuer: config.HOST_ISSUER, audience: config.HOST_AUDIENCE, jwksUrl: config.HOST_JWKS_URL },
  httpDatabase,
  workDatabase,
  signer,
  queues,
  logger,
  title: `${config.PRODUCT_NAME}: CRM jobs`,
  address: config.BIND_ADDRESS,
  port: config.PORT,
  grpcPort: config.GRPC_PORT,
  tls,
  appOrigin: config.APP_ORIGIN ?? config.PUBLIC_ORIGIN,
  pipelineJwksUrl: config.HOST_PIPELINE_JWKS_URL,
  auth,
});
stops.push(() => servers.close());
logger.info({ port: config.PORT, grpcPort: config.GRPC_PORT }, 'started');
await Promise.all(connecting);

async function mandateSigner(keyFile: string): Promise<Signer> {
  try {
    return await createSigner(keyFile, mandateJws.issuer);
  } catch (error) {
    if (!(error instanceof InvalidSigningKey)) throw error;
    process.stderr.write(`job-service does not start. SIGNING_KEY_FILE: ${error.message}\n`);
    process.exit(78);
  }
}
