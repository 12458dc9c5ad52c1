import type { AuthService } from '@bliro/contract/auth';
import { crmProto } from '@bliro/contract/crm';
import { startHttp } from '@bliro/http';
import { grpcServer, type TlsFiles } from '@bliro/rpc';
import { AppModule, type JobParts } from './app.module.js';
import { followConnections } from './connection/connection-events.js';
import { Intake } from './intake/intake.js';
import { JobMessages } from './intake/job-messages.js';
import { MessageVerifier } from './intake/message-verifier.js';
import { jobProblems } from './problems.js';

/** Taking a message in is one transaction. */
const CONSUMER_GRACE_MS = 2_000;

export interface JobServers extends JobParts {
  title: string;
  address: string;
  port: number;
  grpcPort: number;
  tls: TlsFiles;
  appOrigin: string;
  pipelineJwksUrl: string;
  auth: AuthService;
  followEveryMs?: number;
}

/** Starts the HTTP and gRPC APIs, the consumer of `crm-jobs` and the reader of auth-service's events. */
export async function startJobs(servers: JobServers) {
  const { title, address, port, grpcPort, tls, appOrigin, pipelineJwksUrl, auth, followEveryMs, ...parts } = servers;
  const app = await startHttp({
    module: AppModule.with(parts),
    service: 'jobs',
    title,
    port,
    address,
    logger: parts.logger,
    problems: jobProblems,
    appOrigin,
    prepare: async (prepared) => {
      const { package: name, path: protoPath } = crmProto;
      const url = `${address}:${grpcPort}`;
      prepared.connectMicroservice(grpcServer({ package: name, protoPath, url, tls, logger: parts.logger }));
      await prepared.startAllMicroservices();
    },
  });
  const verifier = new MessageVerifier({ issuer: parts.host.issuer, jwksUrl: pipelineJwksUrl });
  const consumer = new JobMessages(verifier, app.get(Intake)).consume(parts.queues);
  const follower = followConnections({
    database: parts.workDatabase,
    auth,
    logger: parts.logger,
    ...(followEveryMs === undefined ? {} : { everyMs: followEveryMs }),
  });
  return {
    app,
    /** Takes nothing more in, lets what runs end, and ends both APIs. */
    async close(): Promise<void> {
      await Promise.all([consumer.close(CONSUMER_GRACE_MS), follower.stop(), app.close()]);
    },
  };
}
