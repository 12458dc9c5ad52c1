import { Module, type DynamicModule } from '@nestjs/common';
import type { AuthService } from '@bliro/contract/auth';
import type { PolicyService } from '@bliro/contract/policy';
import type { Logger } from '@bliro/observe';
import type { Queues } from '@bliro/queue';
import type { DataSource } from 'typeorm';
import { Authority } from './action/authority.js';
import { Definitions } from './dynamics/definitions.js';
import { LaneRunner } from './lane/lane-runner.js';
import { Membership } from './lane/membership.js';
import { Sweep } from './lane/sweep.js';
import { OpenQueues } from './queues.js';
import { WorkerSettings } from './settings.js';
import { Worker } from './worker.js';

/** What the process is given: connections, queues, the services that it asks. */
export interface WorkerParts {
  dataSource: DataSource;
  directUrl: string;
  queues: Queues;
  policy: Pick<PolicyService, 'decide'>;
  auth: Pick<AuthService, 'accessTokens'>;
  logger: Logger;
  allowLocal: boolean;
  concurrency: number;
  graceMs: number;
}

@Module({})
export class AppModule {
  static with(parts: WorkerParts): DynamicModule {
    const { dataSource, directUrl, queues, logger, allowLocal } = parts;
    const membership = new Membership(dataSource, directUrl, logger);
    const authority = new Authority(parts.policy, parts.auth);
    const definitions = new Definitions();
    const runner = new LaneRunner({ membership, queues, authority, definitions, logger, allowLocal });
    return {
      module: AppModule,
      providers: [
        { provide: Membership, useValue: membership },
        { provide: LaneRunner, useValue: runner },
        { provide: Sweep, useValue: new Sweep(membership, queues, logger) },
        { provide: OpenQueues, useValue: new OpenQueues(queues) },
        { provide: WorkerSettings, useValue: new WorkerSettings(parts.concurrency, parts.graceMs) },
        Worker,
      ],
      exports: [Membership],
    };
  }
}
