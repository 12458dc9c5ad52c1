import { commonConfig, databaseUrl, grpcAddress, tlsConfig } from '@bliro/config';
import { oneQueue, queueFields } from '@bliro/queue';
import { z } from 'zod';

export const configSchema = oneQueue(
  z.object({
    ...commonConfig,
    ...tlsConfig,
    ...queueFields,
    DATABASE_URL: databaseUrl().meta({ description: "Main database, as the worker's role of the schema crm" }),
    DATABASE_DIRECT_URL: databaseUrl().meta({
      description: "The same role, not through a pooler: the worker's life is a lock on this connection",
    }),
    POLICY_GRPC_URL: grpcAddress().meta({ description: 'host:port of the gRPC API of policy-service, which decides' }),
    AUTH_GRPC_URL: grpcAddress().meta({
      description: 'host:port of the gRPC API of auth-service, which gives access tokens',
    }),
    WORKER_CONCURRENCY: z
      .string()
      .regex(/^[1-9]\d{0,2}$/, 'expected a number from 1 to 999')
      .transform(Number)
      .default(16)
      .meta({ description: 'How many lanes this process runs at the same time' }),
  }),
);
export type WorkerConfig = z.output<typeof configSchema>;
