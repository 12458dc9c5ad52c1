import { OrganizationDatabase } from '@bliro/database';
import { callerModule, type HostTokenOptions } from '@bliro/http';
import type { Logger } from '@bliro/observe';
import type { Queues } from '@bliro/queue';
import type { Signer } from '@bliro/signing';
import { Module, type DynamicModule } from '@nestjs/common';
import type { HttpDatabase, WorkDatabase } from './database.js';
import { IntakeController } from './intake/intake.controller.js';
import { Intake } from './intake/intake.js';
import { KeysController, MANDATE_SIGNER } from './intake/keys.grpc.js';
import { JobController } from './job/job.controller.js';
import { Jobs } from './job/jobs.js';

/** What the service is given by its process: connections, keys, the queue. */
export interface JobParts {
  host: HostTokenOptions;
  httpDatabase: HttpDatabase;
  workDatabase: WorkDatabase;
  signer: Signer;
  queues: Queues;
  logger: Logger;
}

@Module({})
export class AppModule {
  static with({ host, httpDatabase, workDatabase, signer, queues, logger }: JobParts): DynamicModule {
    return {
      module: AppModule,
      imports: [callerModule(host)],
      controllers: [IntakeController, JobController, KeysController],
      providers: [
        { provide: Intake, useValue: new Intake(workDatabase, signer, queues, logger) },
        { provide: Jobs, useValue: new Jobs(new OrganizationDatabase(httpDatabase), workDatabase) },
        { provide: MANDATE_SIGNER, useValue: signer },
      ],
    };
  }
}
