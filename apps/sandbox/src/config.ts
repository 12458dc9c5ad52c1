import { commonConfig, file, port, secretFile } from '@bliro/config';
import { z } from 'zod';
import { readCertificates, readFederation } from './entra/registration.js';

const { LOG_LEVEL, BIND_ADDRESS } = commonConfig;

export const configSchema = z.object({
  LOG_LEVEL,
  BIND_ADDRESS,
  SANDBOX_PORT: port().default(8090).meta({ description: 'Port of the sandbox, its pages and its health' }),
  ALLOW_LOCAL_STANDINS: z
    .literal('1', { error: 'must be 1: the sandbox is a stand-in for Microsoft and has no place in production' })
    .meta({ description: 'The sandbox starts only where stand-ins are allowed', expects: '1' }),
  SANDBOX_CLIENT_ID: z
    .guid()
    .default('f752681c-0e51-4cab-a13b-1134a8477b88')
    .meta({ description: 'Application id under which auth-service is registered here', expects: 'a GUID' }),
  SANDBOX_CLIENT_SECRET_FILE: secretFile()
    .optional()
    .meta({ description: "File with auth-service's client secret; without it only the test client is registered" }),
  SANDBOX_CLIENT_CERTIFICATE_FILE: file().pipe(z.string().transform(readCertificates)).optional().meta({
    description: "PEM file with auth-service's certificate (or several), whose key may sign client assertions",
  }),
  SANDBOX_CLIENT_FEDERATION_FILE: file().pipe(z.string().transform(readFederation)).optional().meta({
    description:
      "JSON file {issuer, subject, audience?, jwks}: whose tokens auth-service may present in a secret's place, as a Kubernetes service account does",
  }),
  HOST_AUDIENCE: z
    .string()
    .min(1)
    .default('bliro-crm')
    .meta({ description: "Audience of the host product's tokens that the sandbox issues" }),
});

export type SandboxConfig = z.output<typeof configSchema>;
