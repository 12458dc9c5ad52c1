import {
  commonConfig,
  databaseUrl,
  grpcAddress,
  hostConfig,
  port,
  refuseStandins,
  secretFile,
  tlsConfig,
} from '@bliro/config';
import { grantJws } from '@bliro/contract/policy';
import { signerOf } from '@bliro/signing';
import { z } from 'zod';

export const configSchema = refuseStandins(
  z.object({
    ...commonConfig,
    ...tlsConfig,
    ...hostConfig,
    PORT: port().meta({ description: 'Port of the HTTP API' }),
    GRPC_PORT: port().meta({ description: 'Port of the gRPC API for other services' }),
    DATABASE_URL: databaseUrl().meta({ description: 'Main database, as the HTTP role of the schema policy' }),
    DATABASE_WORK_URL: databaseUrl().meta({ description: 'Main database, as the work role of the schema policy' }),
    SIGNING_KEY_FILE: secretFile()
      .transform(signerOf(grantJws.issuer))
      .meta({ description: 'File with the private key (JWK) that grants are signed with' }),
    AUTH_GRPC_URL: grpcAddress().meta({
      description:
        'host:port of the gRPC API of auth-service, which gives an administrator a token for table definitions',
    }),
    CRM_GRPC_URL: grpcAddress().meta({
      description: 'host:port of the gRPC API of job-service, which publishes the keys of mandates',
    }),
  }),
);
export type PolicyConfig = z.output<typeof configSchema>;

export const migrateConfigSchema = z.object({
  DATABASE_OWNER_URL: databaseUrl().meta({
    description: 'Main database, as the owner of the schema policy, not through a pooler',
  }),
});
