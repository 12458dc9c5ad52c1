import { authProto } from '@bliro/contract/auth';
import { startHttp } from '@bliro/http';
import type { Logger } from '@bliro/observe';
import { grpcServer } from '@bliro/rpc';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { AuthConfig } from './config.js';
import type { Parts } from './parts.js';
import { problems } from './problems.js';

/** Listens for browsers and for other services; both when the promise resolves. */
export function startAuth(config: AuthConfig, parts: Parts, logger: Logger): Promise<NestFastifyApplication> {
  return startHttp({
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
}
