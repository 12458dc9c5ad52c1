import { Module, type DynamicModule } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import type { AuthService } from '@bliro/contract/auth';
import type { CrmService } from '@bliro/contract/crm';
import { hostOf } from '@bliro/config';
import { OrganizationDatabase } from '@bliro/database';
import { callerModule } from '@bliro/http';
import type { Logger } from '@bliro/observe';
import type { PolicyConfig } from './config.js';
import { type HttpDatabase, WorkDatabase } from './database.js';
import { DecisionLog } from './decision/decision-log.js';
import { Decisions } from './decision/decisions.js';
import { Grants } from './decision/grants.js';
import { Mandates } from './decision/mandate.js';
import { DECISION_LOGGER, PolicyGrpcController } from './decision/policy.grpc.js';
import { AfterChangeInterceptor } from './decision/after-change.interceptor.js';
import { PolicySnapshots } from './decision/policy-snapshots.js';
import { DecisionController } from './decision/decision.controller.js';
import { Inquiries } from './decision/inquiries.js';
import { Advice } from './insight/advice.js';
import { Audit } from './insight/audit.js';
import { InsightController } from './insight/insight.controller.js';
import { Simulations } from './insight/simulations.js';
import { ManifestController } from './manifest/manifest.controller.js';
import { Manifest } from './manifest/manifest.js';
import { PauseController } from './pause/pause.controller.js';
import { Pauses } from './pause/pauses.js';
import { History } from './policy/history.js';
import { PolicyController } from './policy/policy.controller.js';
import { WholePolicy } from './policy/whole-policy.js';
import { OrganizationSettings } from './settings/organization-settings.js';
import { SettingsController } from './settings/settings.controller.js';
import { Metadata } from './shape/metadata.js';
import { Tables } from './shape/tables.js';
import { ChangeTool } from './tool/change-tool.js';
import { CustomTables } from './tool/custom-tools.js';
import { CustomToolsController } from './tool/custom-tools.controller.js';
import { ToolController } from './tool/tool.controller.js';
import { Tools } from './tool/tools.js';

/** What the service is given by its process: its connections. */
export interface PolicyParts {
  httpDatabase: HttpDatabase;
  workDatabase: WorkDatabase;
  crm: CrmService;
  auth: Pick<AuthService, 'metadataToken'>;
  logger: Logger;
}

@Module({})
export class AppModule {
  static with(config: PolicyConfig, { httpDatabase, workDatabase, crm, auth, logger }: PolicyParts): DynamicModule {
    const mandates = new Mandates(crm);
    const grants = new Grants(config.SIGNING_KEY_FILE);
    const snapshots = new PolicySnapshots(workDatabase);
    const log = new DecisionLog(workDatabase);
    return {
      module: AppModule,
      imports: [callerModule(hostOf(config))],
      controllers: [
        ManifestController,
        CustomToolsController,
        ToolController,
        PolicyController,
        SettingsController,
        PauseController,
        DecisionController,
        InsightController,
        PolicyGrpcController,
      ],
      providers: [
        { provide: OrganizationDatabase, useValue: new OrganizationDatabase(httpDatabase) },
        { provide: WorkDatabase, useValue: workDatabase },
        { provide: Mandates, useValue: mandates },
        { provide: Grants, useValue: grants },
        { provide: PolicySnapshots, useValue: snapshots },
        { provide: DecisionLog, useValue: log },
        { provide: APP_INTERCEPTOR, useClass: AfterChangeInterceptor },
        { provide: Decisions, useValue: new Decisions(mandates, snapshots, log, grants, logger) },
        { provide: DECISION_LOGGER, useValue: logger },
        Tools,
        ChangeTool,
        Inquiries,
        Manifest,
        WholePolicy,
        History,
        OrganizationSettings,
        Pauses,
        Audit,
        Simulations,
        Advice,
        { provide: Metadata, useValue: new Metadata({ auth, allowLocal: config.ALLOW_LOCAL_STANDINS }) },
        Tables,
        CustomTables,
      ],
    };
  }
}
