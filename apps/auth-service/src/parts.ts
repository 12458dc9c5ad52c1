import { grantJws, policyProto, type PolicyService } from '@bliro/contract/policy';
import type { Logger } from '@bliro/observe';
import { grpcClient } from '@bliro/rpc';
import { createVerifier, type JSONWebKeySet, type Verifier } from '@bliro/signing';
import type { AuthConfig } from './config.js';
import { Connections } from './connection/connections.js';
import { Presenter } from './connection/presenter.js';
import { BeginConsent } from './consent/begin-consent.js';
import { ConsentCookie } from './consent/browser-secret.js';
import { AppOrigin } from './consent/consent.controller.js';
import { FinishConsent } from './consent/finish-consent.js';
import { IdTokens } from './consent/id-token.js';
import { type Databases, WorkDatabase } from './databases.js';
import { cloudOf } from './environment/cloud.js';
import { Environments } from './environment/environments.js';
import { AccessTokens } from './token/access-tokens.js';
import { EntraClient } from './token/entra-client.js';
import { AccessTokenMemory } from './token/memory.js';
import { Refresher } from './token/refresher.js';
import { TokenSource } from './token/token-source.js';
import { Upkeep } from './token/upkeep.js';
import { KeyStore } from './vault/key-store.js';
import { Vault } from './vault/vault.js';

const defaultAuthority = 'https://login.microsoftonline.com';

export interface Parts {
  forControllers: object[];
  memory: AccessTokenMemory;
  upkeep: Upkeep;
  close(): Promise<void>;
}

/** Puts the service together by hand: what needs what can be read here. */
export function assemble(config: AuthConfig, databases: Databases, logger: Logger): Parts {
  const { work, organizations } = databases;
  const discovery = { url: config.DISCOVERY_URL, cloud: cloudOf(config.DISCOVERY_URL) };
  const entra = entraClient(config, discovery.cloud?.authority ?? defaultAuthority);
  const keyStore = new KeyStore(databases.keyStore);
  const vault = new Vault(config.KEY_RING_FILE, keyStore);
  const memory = new AccessTokenMemory();
  const tokens = new TokenSource(work, memory, new Refresher(work, vault, entra, discovery.url, logger), discovery);
  const connections = new Connections(organizations, vault, memory, logger);
  const upkeep = new Upkeep(work, keyStore, tokens, logger);
  const grants = grantVerifier(config);
  const idTokens = new IdTokens(entra.discovery);
  const allowLocal = config.ALLOW_LOCAL_STANDINS;
  return {
    forControllers: [
      new WorkDatabase(work),
      connections,
      new Presenter(appIdentity(config), discovery.url),
      new BeginConsent(organizations, entra, discovery.url),
      new FinishConsent({ work, entra, idTokens, vault, memory, discoveryUrl: discovery.url, logger }),
      new ConsentCookie(config.PUBLIC_ORIGIN),
      new AppOrigin(config.APP_ORIGIN ?? config.PUBLIC_ORIGIN),
      new Environments({ database: organizations, connections, tokens, discovery, allowLocal, logger }),
      new AccessTokens(work, grants.verifier, tokens, logger),
    ],
    memory,
    upkeep,
    close: async () => {
      await upkeep.stop();
      grants.close();
      memory.close();
    },
  };
}

function entraClient(config: AuthConfig, authority: string): EntraClient {
  const { ENTRA_STANDIN_ORIGIN: standin } = config;
  return new EntraClient({
    clientId: config.ENTRA_CLIENT_ID,
    clientSecret: config.ENTRA_CLIENT_SECRET_FILE,
    authority,
    redirectUri: `${config.PUBLIC_ORIGIN}/auth/v1/callback`,
    ...(standin === undefined ? {} : { standin }),
  });
}

function grantVerifier(config: AuthConfig): { verifier: Verifier; close(): void } {
  const policy = grpcClient<PolicyService>({
    package: policyProto.package,
    service: policyProto.service,
    protoPath: policyProto.path,
    url: config.POLICY_GRPC_URL,
    tls: { ca: config.TLS_CA_FILE, cert: config.TLS_CERT_FILE, key: config.TLS_KEY_FILE },
    timeoutMs: 1000,
  });
  const { issuer, audience, typ } = grantJws;
  const keys = async () => JSON.parse((await policy.keys({})).jwksJson) as JSONWebKeySet;
  return {
    verifier: createVerifier({ keys, issuer, audience, typ, clockToleranceSeconds: 1 }),
    close: () => policy.close(),
  };
}

function appIdentity({ PRODUCT_NAME, ENTRA_CLIENT_ID, EGRESS_ADDRESSES }: AuthConfig) {
  return { productName: PRODUCT_NAME, clientId: ENTRA_CLIENT_ID, egressAddresses: EGRESS_ADDRESSES ?? [] };
}
