import { appOriginOf, tlsOf } from '@bliro/config';
import { policyProto } from '@bliro/contract/policy';
import { isOutage } from '@bliro/database';
import { startHttp } from '@bliro/http';
import { grpcServer } from '@bliro/rpc';
import { AppModule, type PolicyParts } from './app.module.js';
import type { PolicyConfig } from './config.js';
import { problems } from './problems.js';

/** Starts the HTTP and gRPC APIs. */
export function startPolicy(config: PolicyConfig, parts: PolicyParts) {
  const { logger } = parts;
  return startHttp({
    module: AppModule.with(config, parts),
    service: 'policy',
    title: `${config.PRODUCT_NAME}: tools and permissions for Dynamics 365`,
    port: config.PORT,
    address: config.BIND_ADDRESS,
    logger,
    problems,
    isOutage,
    appOrigin: appOriginOf(config),
    prepare: async (prepared) => {
      const url = `${config.BIND_ADDRESS}:${config.GRPC_PORT}`;
      prepared.connectMicroservice(grpcServer(policyProto, { url, tls: tlsOf(config), logger }));
      await prepared.startAllMicroservices();
    },
  });
}
