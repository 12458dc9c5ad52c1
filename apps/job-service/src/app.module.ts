import { hostOf } from '@bliro/config';
import { OrganizationDatabase } from '@bliro/database';
import { callerModule } from '@bliro/http';
import type { Logger } from '@bliro/observe';
import type { Queues } from '@bliro/queue';
import { Module, type DynamicModule } from '@nestjs/common';
import type { JobConfig } from './config.js';
import type { HttpDatabase, WorkDatabase } from './database.js';
import { IntakeController } from './intake/intake.controller.js';
import { Intake } from './intake/intake.js';
import { KeysController, MANDATE_SIGNER } from './intake/keys.grpc.js';
import { JobController } from './job/job.controller.js';
import { Jobs } from './job/jobs.js';

/** What the service is given by its process: its connections. */
export interface JobParts {
  httpDatabase: HttpDatabase;
  workDatabase: WorkDatabase;
  queues: Queues;
  logger: Logger;
}

@Module({})
export class AppModule {
  static with(config: JobConfig, { httpDatabase, workDatabase, queues, logger }: JobParts): DynamicModule {
    const signer = config.SIGNING_KEY_FILE;
    return {
      module: AppModule,
      imports: [callerModule(hostOf(config))],
      controllers: [IntakeController, JobController, KeysController],
      providers: [
        { provide: Intake, useValue: new Intake(workDatabase, signer, queues, logger) },
        { provide: Jobs, useValue: new Jobs(new OrganizationDatabase(httpDatabase), workDatabase) },
        { provide: MANDATE_SIGNER, useValue: signer },
      ],
    };
  }
}
