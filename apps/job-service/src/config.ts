import {
  commonConfig,
  databaseUrl,
  grpcAddress,
  hostConfig,
  port,
  refuseStandins,
  secretFile,
  serviceUrl,
  tlsConfig,
} from '@bliro/config';
import { mandateJws } from '@bliro/contract/crm';
import { oneQueue, queueFields } from '@bliro/queue';
import { signerOf } from '@bliro/signing';
import { z } from 'zod';

export const configSchema = oneQueue(
  refuseStandins(
    z.object({
      ...commonConfig,
      ...tlsConfig,
      ...hostConfig,
      ...queueFields,
      PORT: port().meta({ description: 'Port of the HTTP API' }),
      GRPC_PORT: port().meta({ description: 'Port of the gRPC API for other services' }),
      DATABASE_URL: databaseUrl().meta({ description: 'Main database, as the HTTP role of the schema crm' }),
      DATABASE_WORK_URL: databaseUrl().meta({ description: 'Main database, as the work role of the schema crm' }),
      SIGNING_KEY_FILE: secretFile()
        .transform(signerOf(mandateJws.issuer))
        .meta({ description: 'File with the private key (JWK) that mandates are signed with' }),
      HOST_PIPELINE_JWKS_URL: serviceUrl().meta({
        description: "Public keys (JWKS) that the host product's pipeline signs messages of the queue crm-jobs with",
      }),
      AUTH_GRPC_URL: grpcAddress().meta({
        description: 'host:port of the gRPC API of auth-service, whose events let blocked work go on',
      }),
      POLICY_GRPC_URL: grpcAddress().meta({
        description: 'host:port of the gRPC API of policy-service, whose events let paused work go on',
      }),
    }),
  ),
);
export type JobConfig = z.output<typeof configSchema>;

export const migrateConfigSchema = z.object({
  DATABASE_OWNER_URL: databaseUrl().meta({
    description: 'Main database, as the owner of the schema crm, not through a pooler',
  }),
});
