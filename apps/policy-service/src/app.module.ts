import { Module, type DynamicModule } from '@nestjs/common';
import type { CrmService } from '@bliro/contract/crm';
import { OrganizationDatabase } from '@bliro/database';
import { callerModule, type HostTokenOptions } from '@bliro/http';
import type { Signer } from '@bliro/signing';
import type { DataSource } from 'typeorm';
import { WorkDatabase } from './database.js';
import { DecisionLog } from './decision/decision-log.js';
import { Decisions } from './decision/decisions.js';
import { Grants } from './decision/grants.js';
import { Mandates } from './decision/mandate.js';
import { PolicyGrpcController } from './decision/policy.grpc.js';
import { PolicySnapshots } from './decision/policy-snapshots.js';
import { ChangeTool } from './tool/change-tool.js';
import { ToolController } from './tool/tool.controller.js';
import { Tools } from './tool/tools.js';

/** What the service is given by its process: connections, keys, the service it asks. */
export interface PolicyParts {
  host: HostTokenOptions;
  httpDatabase: DataSource;
  workDatabase: WorkDatabase;
  crm: CrmService;
  signer: Signer;
}

@Module({})
export class AppModule {
  static with({ host, httpDatabase, workDatabase, crm, signer }: PolicyParts): DynamicModule {
    return {
      module: AppModule,
      imports: [callerModule(host)],
      controllers: [ToolController, PolicyGrpcController],
      providers: [
        { provide: OrganizationDatabase, useValue: new OrganizationDatabase(httpDatabase) },
        { provide: WorkDatabase, useValue: workDatabase },
        { provide: Mandates, useValue: new Mandates(crm) },
        { provide: Grants, useValue: new Grants(signer) },
        Tools,
        ChangeTool,
        PolicySnapshots,
        DecisionLog,
        Decisions,
      ],
    };
  }
}
