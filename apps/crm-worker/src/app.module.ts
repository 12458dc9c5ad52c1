import { Module, type DynamicModule } from '@nestjs/common';
import type { AuthService } from '@bliro/contract/auth';
import type { PolicyService } from '@bliro/contract/policy';
import type { Logger } from '@bliro/observe';
import type { Queues } from '@bliro/queue';
import { Authority } from './action/authority.js';
import type { WorkerConfig } from './config.js';
import type { WorkDatabase } from './database.js';
import { Definitions } from './dynamics/definitions.js';
import { LaneRunner } from './lane/lane-runner.js';
import { Membership } from './lane/membership.js';
import { Sweep } from './lane/sweep.js';
import { Worker } from './worker.js';

/** What the service is given by its process: its connections. */
export interface WorkerParts {
  workDatabase: WorkDatabase;
  queues: Queues;
  policy: Pick<PolicyService, 'decide'>;
  auth: Pick<AuthService, 'accessTokens'>;
  logger: Logger;
}

@Module({})
export class AppModule {
  static with(config: WorkerConfig, { workDatabase, queues, policy, auth, logger }: WorkerParts): DynamicModule {
    const membership = new Membership(workDatabase, config.DATABASE_DIRECT_URL, logger);
    const runner = new LaneRunner({
      membership,
      queues,
      authority: new Authority(policy, auth),
      definitions: new Definitions(),
      logger,
      allowLocal: config.ALLOW_LOCAL_STANDINS,
    });
    const sweep = new Sweep(membership, queues, logger);
    return {
      module: AppModule,
      providers: [
        { provide: Membership, useValue: membership },
        { provide: Worker, useValue: new Worker(membership, runner, sweep, queues, config.WORKER_CONCURRENCY) },
      ],
    };
  }
}
