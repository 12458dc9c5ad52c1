import { appOriginOf, tlsOf } from '@bliro/config';
import type { AuthService } from '@bliro/contract/auth';
import { crmProto } from '@bliro/contract/crm';
import type { PolicyService } from '@bliro/contract/policy';
import { isOutage } from '@bliro/database';
import { startHttp } from '@bliro/http';
import { grpcServer } from '@bliro/rpc';
import { AppModule, type JobParts } from './app.module.js';
import type { JobConfig } from './config.js';
import { followConnections } from './connection/connection-events.js';
import { Intake } from './intake/intake.js';
import { JobMessages } from './intake/job-messages.js';
import { MessageVerifier } from './intake/message-verifier.js';
import { followPauses } from './pause/pause-events.js';
import { problems } from './problems.js';

/** Taking a message in is one transaction. */
const CONSUMER_GRACE_MS = 2_000;

export interface JobServers extends JobParts {
  auth: Pick<AuthService, 'eventsSince'>;
  policy: Pick<PolicyService, 'eventsSince'>;
  followEveryMs?: number;
}

/** Starts the HTTP and gRPC APIs, the consumer of `crm-jobs` and the readers of auth-service's and policy-service's events. */
export async function startJobs(config: JobConfig, { auth, policy, followEveryMs, ...parts }: JobServers) {
  const { logger } = parts;
  const app = await startHttp({
    module: AppModule.with(config, parts),
    service: 'jobs',
    title: `${config.PRODUCT_NAME}: CRM jobs`,
    port: config.PORT,
    address: config.BIND_ADDRESS,
    logger,
    problems,
    isOutage,
    appOrigin: appOriginOf(config),
    prepare: async (prepared) => {
      const url = `${config.BIND_ADDRESS}:${config.GRPC_PORT}`;
      prepared.connectMicroservice(grpcServer(crmProto, { url, tls: tlsOf(config), logger }));
      await prepared.startAllMicroservices();
    },
  });
  const verifier = new MessageVerifier({ issuer: config.HOST_ISSUER, jwksUrl: config.HOST_PIPELINE_JWKS_URL });
  const consumer = new JobMessages(verifier, app.get(Intake)).consume(parts.queues);
  const following = {
    database: parts.workDatabase,
    logger,
    ...(followEveryMs === undefined ? {} : { everyMs: followEveryMs }),
  };
  const followers = [followConnections({ auth, ...following }), followPauses({ policy, ...following })];
  return {
    app,
    /** Takes nothing more in, lets what runs end, and ends both APIs. */
    async close(): Promise<void> {
      await Promise.all([consumer.close(CONSUMER_GRACE_MS), ...followers.map((one) => one.stop()), app.close()]);
    },
  };
}
