import { policyProto } from '@bliro/contract/policy';
import { startHttp } from '@bliro/http';
import type { Logger } from '@bliro/observe';
import { grpcServer, type TlsFiles } from '@bliro/rpc';
import { AppModule, type PolicyParts } from './app.module.js';
import { policyProblems } from './tool/problems.js';

export interface PolicyServers extends PolicyParts {
  title: string;
  address: string;
  port: number;
  grpcPort: number;
  tls: TlsFiles;
  logger: Logger;
  appOrigin: string;
}

/** Starts the HTTP and the gRPC API; both answer when the promise resolves. `app.close()` ends both. */
export function startPolicy({ title, address, port, grpcPort, tls, logger, appOrigin, ...parts }: PolicyServers) {
  return startHttp({
    module: AppModule.with(parts),
    service: 'policy',
    title,
    port,
    address,
    logger,
    problems: policyProblems,
    appOrigin,
    prepare: async (app) => {
      const { package: name, path: protoPath } = policyProto;
      app.connectMicroservice(grpcServer({ package: name, protoPath, url: `${address}:${grpcPort}`, tls, logger }));
      await app.startAllMicroservices();
    },
  });
}
