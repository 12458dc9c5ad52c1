import { appOriginOf, hostOf } from '@bliro/config';
import { grantJws, type PolicyService } from '@bliro/contract/policy';
import { OrganizationDatabase } from '@bliro/database';
import { callerModule, HostTokens } from '@bliro/http';
import type { Logger } from '@bliro/observe';
import { createVerifier, keysOf } from '@bliro/signing';
import { Module, type DynamicModule } from '@nestjs/common';
import type { AuthConfig } from './config.js';
import { ConnectionController } from './connection/connection.controller.js';
import { Connections } from './connection/connections.js';
import { Presenter } from './connection/presenter.js';
import { BeginConsent } from './consent/begin-consent.js';
import { ConsentCookie } from './consent/browser-secret.js';
import { AppOrigin, ConsentController } from './consent/consent.controller.js';
import { FinishConsent } from './consent/finish-consent.js';
import { IdTokens } from './consent/id-token.js';
import { type HttpDatabase, type KeyDatabase, WorkDatabase } from './database.js';
import { type Cloud, cloudOf } from './environment/cloud.js';
import { EnvironmentController } from './environment/environment.controller.js';
import { Environments } from './environment/environments.js';
import { AccessTokens } from './token/access-tokens.js';
import { EntraClient } from './token/entra-client.js';
import { AccessTokenMemory } from './token/memory.js';
import { MetadataTokens } from './token/metadata-tokens.js';
import { Refresher } from './token/refresher.js';
import { AuthRpcController } from './token/token.controller.js';
import { TokenSource } from './token/token-source.js';
import { Upkeep } from './token/upkeep.js';
import { KeyStore } from './vault/key-store.js';
import { Vault } from './vault/vault.js';

const DEFAULT_AUTHORITY = 'https://login.microsoftonline.com';

/** What the service is given by its process: its connections. */
export interface AuthParts {
  httpDatabase: HttpDatabase;
  workDatabase: WorkDatabase;
  keyDatabase: KeyDatabase;
  policy: Pick<PolicyService, 'keys'>;
  logger: Logger;
}

@Module({})
export class AppModule {
  static with(
    config: AuthConfig,
    { httpDatabase, workDatabase: work, keyDatabase, policy, logger }: AuthParts,
  ): DynamicModule {
    const database = new OrganizationDatabase(httpDatabase);
    const discovery = { url: config.DISCOVERY_URL, cloud: cloudOf(config.DISCOVERY_URL) };
    const entra = entraClient(config, discovery.cloud);
    const idTokens = new IdTokens(entra.discovery);
    const keyStore = new KeyStore(keyDatabase);
    const vault = new Vault(config.KEY_RING_FILE, keyStore);
    const memory = new AccessTokenMemory();
    const tokens = new TokenSource(work, memory, new Refresher(work, vault, entra, discovery.url, logger), discovery);
    const connections = new Connections(database, vault, memory, logger);
    const finishConsent = new FinishConsent({
      work,
      entra,
      idTokens,
      vault,
      memory,
      discoveryUrl: discovery.url,
      logger,
    });
    const { issuer, audience, typ } = grantJws;
    const grants = createVerifier({ keys: keysOf(policy), issuer, audience, typ, clockToleranceSeconds: 1 });
    const allowLocal = config.ALLOW_LOCAL_STANDINS;
    return {
      module: AppModule,
      imports: [callerModule(hostOf(config))],
      controllers: [ConnectionController, ConsentController, EnvironmentController, AuthRpcController],
      providers: [
        { provide: WorkDatabase, useValue: work },
        { provide: Connections, useValue: connections },
        { provide: Presenter, useValue: new Presenter(appIdentity(config), discovery.url) },
        { provide: BeginConsent, useValue: new BeginConsent(database, entra, discovery.url) },
        { provide: FinishConsent, useValue: finishConsent },
        { provide: ConsentCookie, useValue: new ConsentCookie(config.PUBLIC_ORIGIN) },
        { provide: AppOrigin, useValue: new AppOrigin(appOriginOf(config)) },
        {
          provide: Environments,
          useValue: new Environments({ database, connections, tokens, discovery, allowLocal, logger }),
        },
        { provide: AccessTokens, useValue: new AccessTokens(work, grants, tokens, logger) },
        { provide: MetadataTokens, useValue: new MetadataTokens(work, new HostTokens(hostOf(config)), tokens, logger) },
        { provide: AccessTokenMemory, useValue: memory },
        { provide: Upkeep, useValue: new Upkeep(work, keyStore, tokens, logger) },
      ],
    };
  }
}

function entraClient(config: AuthConfig, cloud: Cloud | undefined): EntraClient {
  const { ENTRA_STANDIN_ORIGIN: standin } = config;
  return new EntraClient({
    clientId: config.ENTRA_CLIENT_ID,
    clientSecret: config.ENTRA_CLIENT_SECRET_FILE,
    authority: cloud?.authority ?? DEFAULT_AUTHORITY,
    redirectUri: `${config.PUBLIC_ORIGIN}/auth/v1/callback`,
    ...(standin === undefined ? {} : { standin }),
  });
}

function appIdentity({ PRODUCT_NAME, ENTRA_CLIENT_ID, EGRESS_ADDRESSES }: AuthConfig) {
  return { productName: PRODUCT_NAME, clientId: ENTRA_CLIENT_ID, egressAddresses: EGRESS_ADDRESSES ?? [] };
}
