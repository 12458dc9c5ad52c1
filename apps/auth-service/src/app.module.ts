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
import { OrganizationConnectionController } from './connection/organization-connection.controller.js';
import { OrganizationConnections } from './connection/organization-connections.js';
import { Presenter } from './connection/presenter.js';
import { AdminConsentController } from './consent/admin-consent.controller.js';
import { AdminConsent } from './consent/admin-consent.js';
import { BeginConsent } from './consent/begin-consent.js';
import { ConsentCookie } from './consent/browser-secret.js';
import { AppOrigin, ConsentController } from './consent/consent.controller.js';
import { FinishConsent } from './consent/finish-consent.js';
import { IdTokens } from './consent/id-token.js';
import { TenantController } from './consent/tenant.controller.js';
import { Tenants } from './consent/tenants.js';
import { type HttpDatabase, type KeyDatabase, WorkDatabase } from './database.js';
import { type Cloud, cloudOf } from './environment/cloud.js';
import { Discovery } from './environment/discovery.js';
import { EnvironmentController } from './environment/environment.controller.js';
import { Environments } from './environment/environments.js';
import { PinController } from './environment/pin.controller.js';
import { Pins } from './environment/pins.js';
import { Rediscovery } from './environment/rediscovery.js';
import { AccessTokens } from './token/access-tokens.js';
import { TenantBreaker } from './token/breaker.js';
import { type ClientCredential, clientCredential } from './token/client-credential.js';
import { EntraClient } from './token/entra-client.js';
import { IssueLog } from './token/issue-log.js';
import { AccessTokenMemory } from './token/memory.js';
import { MetadataTokens } from './token/metadata-tokens.js';
import { Refresher } from './token/refresher.js';
import { AuthRpcController } from './token/token.controller.js';
import { TokenSource } from './token/token-source.js';
import { Upkeep } from './token/upkeep.js';
import { ownCloudCredential } from './vault/azure-credential.js';
import { AzureKeyRing } from './vault/azure-key-ring.js';
import { FileKeyRing } from './vault/file-key-ring.js';
import type { KeyRing } from './vault/key-ring.js';
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
    const vault = new Vault(keyRing(config), keyStore);
    const memory = new AccessTokenMemory();
    const breaker = new TenantBreaker();
    const refresher = new Refresher({ work, vault, entra, breaker, discoveryUrl: discovery.url, logger });
    const tokens = new TokenSource(work, memory, refresher, discovery);
    const allowLocal = config.ALLOW_LOCAL_STANDINS;
    const asking = new Discovery({ database, tokens, discovery, allowLocal, logger });
    const rediscovery = new Rediscovery(work, asking, logger);
    const connections = new Connections(database, vault, memory, logger);
    const finishConsent = new FinishConsent({
      work,
      entra,
      idTokens,
      vault,
      memory,
      discovery: asking,
      discoveryUrl: discovery.url,
      logger,
    });
    const { issuer, audience, typ } = grantJws;
    const grants = createVerifier({ keys: keysOf(policy), issuer, audience, typ, clockToleranceSeconds: 1 });
    const app = appIdentity(config);
    const issued = new IssueLog(work);
    return {
      module: AppModule,
      imports: [callerModule(hostOf(config))],
      controllers: [
        ConnectionController,
        OrganizationConnectionController,
        ConsentController,
        AdminConsentController,
        TenantController,
        EnvironmentController,
        PinController,
        AuthRpcController,
      ],
      providers: [
        { provide: WorkDatabase, useValue: work },
        { provide: Connections, useValue: connections },
        { provide: Presenter, useValue: new Presenter(app, discovery.url) },
        { provide: BeginConsent, useValue: new BeginConsent(database, entra, discovery.url) },
        { provide: FinishConsent, useValue: finishConsent },
        { provide: ConsentCookie, useValue: new ConsentCookie(config.PUBLIC_ORIGIN) },
        { provide: AppOrigin, useValue: new AppOrigin(appOriginOf(config)) },
        { provide: OrganizationConnections, useValue: new OrganizationConnections(database) },
        { provide: AdminConsent, useValue: new AdminConsent(database, entra, { ...app, discoveryUrl: discovery.url }) },
        { provide: Tenants, useValue: new Tenants(database) },
        { provide: Environments, useValue: new Environments(database, connections, asking) },
        { provide: Pins, useValue: new Pins(database) },
        { provide: Rediscovery, useValue: rediscovery },
        { provide: AccessTokens, useValue: new AccessTokens(work, grants, tokens, issued, logger) },
        { provide: MetadataTokens, useValue: new MetadataTokens(work, new HostTokens(hostOf(config)), tokens, issued) },
        { provide: AccessTokenMemory, useValue: memory },
        { provide: Upkeep, useValue: new Upkeep({ work, store: keyStore, tokens, rediscovery, logger }) },
      ],
    };
  }
}

function entraClient(config: AuthConfig, cloud: Cloud | undefined): EntraClient {
  const { ENTRA_STANDIN_ORIGIN: standin } = config;
  return new EntraClient({
    clientId: config.ENTRA_CLIENT_ID,
    credential: credentialOf(config),
    authority: cloud?.authority ?? DEFAULT_AUTHORITY,
    redirectUri: `${config.PUBLIC_ORIGIN}/auth/v1/callback`,
    ...(standin === undefined ? {} : { standin }),
  });
}

function keyRing({ KEY_RING_FILE: file, KEY_VAULT_KEY_URL: url }: AuthConfig): KeyRing {
  if (url !== undefined) return new AzureKeyRing(url, ownCloudCredential());
  return new FileKeyRing(file ?? (() => ''));
}

function credentialOf(config: AuthConfig): ClientCredential {
  const files = {
    federatedToken: config.ENTRA_FEDERATED_TOKEN_FILE,
    certificate: config.ENTRA_CERTIFICATE_FILE,
    secret: config.ENTRA_CLIENT_SECRET_FILE,
  };
  const credential = clientCredential(files, config.ENTRA_CLIENT_ID);
  if (credential === undefined) throw new Error('Nothing proves our registration at Entra.');
  return credential;
}

function appIdentity({ PRODUCT_NAME, ENTRA_CLIENT_ID, EGRESS_ADDRESSES }: AuthConfig) {
  return { productName: PRODUCT_NAME, clientId: ENTRA_CLIENT_ID, egressAddresses: EGRESS_ADDRESSES ?? [] };
}
