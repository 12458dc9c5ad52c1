import { appOriginOf, tlsOf } from '@bliro/config';
import { authProto } from '@bliro/contract/auth';
import { isOutage } from '@bliro/database';
import { startHttp } from '@bliro/http';
import { grpcServer } from '@bliro/rpc';
import { AppModule, type AuthParts } from './app.module.js';
import type { AuthConfig } from './config.js';
import { problems } from './problems.js';
import { AccessTokenMemory } from './token/memory.js';
import { Upkeep } from './token/upkeep.js';

/** Starts the HTTP and gRPC APIs, and the upkeep. */
export async function startAuth(config: AuthConfig, parts: AuthParts) {
  const { logger } = parts;
  const app = await startHttp({
    module: AppModule.with(config, parts),
    service: 'auth',
    title: `${config.PRODUCT_NAME}: connections to Dynamics`,
    port: config.PORT,
    address: config.BIND_ADDRESS,
    logger,
    problems,
    isOutage,
    appOrigin: appOriginOf(config),
    prepare: async (prepared) => {
      const url = `${config.BIND_ADDRESS}:${config.GRPC_PORT}`;
      prepared.connectMicroservice(grpcServer(authProto, { url, tls: tlsOf(config), logger }));
      await prepared.startAllMicroservices();
    },
  });
  const [upkeep, memory] = [app.get(Upkeep), app.get(AccessTokenMemory)];
  upkeep.start();
  return {
    app,
    async close(): Promise<void> {
      await Promise.all([app.close(), upkeep.stop()]);
      memory.close();
    },
  };
}
