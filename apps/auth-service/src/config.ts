import {
  commonConfig,
  csv,
  databaseUrl,
  grpcAddress,
  hostConfig,
  port,
  refuseStandins,
  replaceableSecretFile,
  serviceUrl,
  tlsConfig,
} from '@bliro/config';
import { z } from 'zod';
import { cloudOf } from './environment/cloud.js';
import { certificateMistake } from './token/client-credential.js';
import { isKeyUrl } from './vault/azure-key-ring.js';
import { parseKeyRing } from './vault/file-key-ring.js';

const proofs = ['ENTRA_FEDERATED_TOKEN_FILE', 'ENTRA_CERTIFICATE_FILE', 'ENTRA_CLIENT_SECRET_FILE'] as const;

const keyVaultKey = () =>
  z.string().refine(isKeyUrl, 'expected the address of a key in Azure Key Vault, without a version').optional().meta({
    description:
      'RSA key in Azure Key Vault that wraps data keys, all its versions: https://<vault>.vault.azure.net/keys/<name>',
  });

const fields = z.object({
  ...commonConfig,
  ...tlsConfig,
  ...hostConfig,
  PORT: port().meta({ description: 'Port of the HTTP API' }),
  GRPC_PORT: port().meta({ description: 'Port that other services call by gRPC' }),
  DATABASE_URL: databaseUrl().meta({ description: 'Schema auth, as the role of request handlers' }),
  DATABASE_WORK_URL: databaseUrl().meta({ description: 'Schema auth, as the role of tokens, callbacks and events' }),
  KEYSTORE_URL: databaseUrl().meta({ description: 'The key store, a database of its own with short-lived backups' }),
  KEY_RING_FILE: replaceableSecretFile()
    .superRefine((read, ctx) => {
      const parsed = parseKeyRing(read());
      if ('mistake' in parsed) ctx.addIssue({ code: 'custom', message: parsed.mistake });
    })
    .optional()
    .meta({
      description:
        'File with the key ring that wraps data keys: {"active": id, "keys": {id: 32 bytes as base64url}}. Either this or KEY_VAULT_KEY_URL',
    }),
  KEY_VAULT_KEY_URL: keyVaultKey(),
  ENTRA_CLIENT_ID: z
    .guid({ error: 'expected an application (client) id' })
    .meta({ description: 'Application id of our registration at Microsoft Entra' }),
  ENTRA_FEDERATED_TOKEN_FILE: replaceableSecretFile().optional().meta({
    description:
      'File with a token of our platform that proves that registration (workload identity); the best of the three proofs',
  }),
  ENTRA_CERTIFICATE_FILE: replaceableSecretFile()
    .superRefine((read, ctx) => {
      const mistake = certificateMistake(read());
      if (mistake !== undefined) ctx.addIssue({ code: 'custom', message: mistake });
    })
    .optional()
    .meta({
      description:
        "File with that registration's certificate and private key (PEM); used where there is no federated token",
    }),
  ENTRA_CLIENT_SECRET_FILE: replaceableSecretFile()
    .optional()
    .meta({ description: "File with that registration's client secret; used where there is neither of the two" }),
  ENTRA_STANDIN_ORIGIN: serviceUrl()
    .optional()
    .meta({ description: "Origin of a stand-in for Microsoft's sign-in, for rehearsals" }),
  DISCOVERY_URL: serviceUrl()
    .default('https://globaldisco.crm.dynamics.com')
    .meta({ description: "Microsoft's Global Discovery Service; it says which cloud is meant" }),
  POLICY_GRPC_URL: grpcAddress().meta({
    description: 'host:port of the gRPC API of policy-service, which publishes the keys of grants',
  }),
  EGRESS_ADDRESSES: csv()
    .optional()
    .meta({ description: "Addresses that Microsoft sees us call from, for a customer's Conditional Access" }),
});

export const configSchema = refuseStandins(fields, ['DISCOVERY_URL', 'ENTRA_STANDIN_ORIGIN']).superRefine(
  (config, ctx) => {
    const refuse = (name: string, message: string) => ctx.addIssue({ code: 'custom', path: [name], message });
    if (cloudOf(config.DISCOVERY_URL) === undefined && !config.ALLOW_LOCAL_STANDINS) {
      refuse('DISCOVERY_URL', "expected the Discovery address of one of Microsoft's clouds");
    }
    if (!proofs.some((name) => config[name] !== undefined)) {
      refuse(proofs[0], `expected one of ${proofs.join(', ')}`);
    }
    if ((config.KEY_RING_FILE === undefined) === (config.KEY_VAULT_KEY_URL === undefined)) {
      refuse('KEY_RING_FILE', 'expected either KEY_RING_FILE or KEY_VAULT_KEY_URL');
    }
    if (config.APP_ORIGIN !== undefined && !isSameSite(config.APP_ORIGIN, config.PUBLIC_ORIGIN)) {
      refuse(
        'APP_ORIGIN',
        'expected an origin of the same site as PUBLIC_ORIGIN: the browser would not send the cookie',
      );
    }
  },
);
export type AuthConfig = z.output<typeof configSchema>;

export const migrateConfigSchema = z.object({
  DATABASE_OWNER_URL: databaseUrl().meta({ description: 'Schema auth, as its owner and not through a pooler' }),
  KEYSTORE_URL: databaseUrl().meta({ description: 'The key store, a database of its own' }),
});

export const keysConfigSchema = z
  .object({
    KEYSTORE_URL: databaseUrl().meta({ description: 'The key store, a database of its own' }),
    KEY_RING_FILE: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'The key ring file; it is replaced by a rotation' }),
    KEY_VAULT_KEY_URL: keyVaultKey(),
  })
  .refine((config) => (config.KEY_RING_FILE === undefined) !== (config.KEY_VAULT_KEY_URL === undefined), {
    path: ['KEY_RING_FILE'],
    error: 'expected either KEY_RING_FILE or KEY_VAULT_KEY_URL',
  });

/** Same scheme, and one host or both below a common domain. Which domains are public (co.uk) isn't known here. */
export function isSameSite(one: string, other: string): boolean {
  const [a, b] = [new URL(one), new URL(other)];
  if (a.protocol !== b.protocol) return false;
  if (a.hostname === b.hostname) return true;
  if (/^[\d.]+$|^\[/.test(a.hostname) || /^[\d.]+$|^\[/.test(b.hostname)) return false;
  return domainOf(a.hostname) === domainOf(b.hostname);
}

const domainOf = (hostname: string): string => hostname.split('.').slice(-2).join('.');
