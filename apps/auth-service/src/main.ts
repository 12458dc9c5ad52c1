import { parseConfig } from '@bliro/config';
import { authProto } from '@bliro/contract/auth';
import { startHttp } from '@bliro/http';
import { createLogger, onStop, startHealth } from '@bliro/observe';
import { grpcServer } from '@bliro/rpc';
import type { INestApplication } from '@nestjs/common';
import 'reflect-metadata';
import { AppModule } from './app.module.js';
import { authConfig } from './config.js';
import { Databases } from './databases.js';
import { assemble } from './parts.js';
import { problems } from './problems.js';

const config = parseConfig('auth-service', authConfig);
const logger = createLogger('auth-service', config.LOG_LEVEL);
const databases = new Databases(config);
const parts = assemble(config, databases, logger);
let app: INestApplication | undefined;

const health = await startHealth({
  port: config.HEALTH_PORT,
  address: config.BIND_ADDRESS,
  ready: async () => {
    await databases.ready();
    if (app === undefined) throw new Error('the APIs do not listen yet');
  },
});
onStop(
  async () => {
    await app?.close();
    await parts.close();
    await databases.close();
    await health.close();
  },
  { logger },
);

await databases.connect(logger);
app = await startHttp({
  module: AppModule.of(config, parts),
  service: 'auth',
  title: 'Connections to Dynamics',
  port: config.PORT,
  address: config.BIND_ADDRESS,
  logger,
  problems,
  appOrigin: config.APP_ORIGIN ?? config.PUBLIC_ORIGIN,
  prepare: async (server) => {
    server.connectMicroservice(
      grpcServer({
        package: authProto.package,
        protoPath: authProto.path,
        url: `${config.BIND_ADDRESS}:${config.GRPC_PORT}`,
        tls: { ca: config.TLS_CA_FILE, cert: config.TLS_CERT_FILE, key: config.TLS_KEY_FILE },
        logger,
      }),
    );
    await server.startAllMicroservices();
  },
});
parts.upkeep.start();
logger.info({ port: config.PORT, grpcPort: config.GRPC_PORT }, 'auth-service is up');
