import { databaseUrl } from '@bliro/config';
import { z } from 'zod';

/** Where the queues live: Redis under a key prefix, or BullMQ's tables in a schema of a PostgreSQL database. */
export type QueueConfig =
  { readonly redis: string; readonly prefix: string } | { readonly postgres: string; readonly schema: string };

const redisUrl = z
  .string()
  .refine(
    (value) => URL.canParse(value) && /^rediss?:$/.test(new URL(value).protocol),
    'expected a redis:// or rediss:// URL',
  );

/** Fields for an app's configuration schema; `oneQueue` checks them together and `queueOf` reads them. */
export const queueFields = {
  REDIS_URL: redisUrl.optional().meta({
    description: 'Redis that carries the queues (AOF, noeviction). Either this or QUEUE_DATABASE_URL.',
    secret: true,
  }),
  QUEUE_DATABASE_URL: databaseUrl().optional().meta({
    description:
      'PostgreSQL that carries the queues where there is no Redis; a direct connection, never a transaction pooler.',
  }),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .default('crm')
    .meta({ description: "Prefix of the queues' keys in Redis." }),
};

interface QueueSettings {
  readonly REDIS_URL?: string | undefined;
  readonly QUEUE_DATABASE_URL?: string | undefined;
  readonly QUEUE_PREFIX: string;
}

/** Adds a check to a schema that has `queueFields`: exactly one of the two backends is named. */
export function oneQueue<S extends z.ZodObject>(schema: S): S {
  return schema.superRefine(
    (config: Record<string, unknown>, context) => {
      if ((config['REDIS_URL'] === undefined) !== (config['QUEUE_DATABASE_URL'] === undefined)) return;
      context.addIssue({
        code: 'custom',
        path: ['REDIS_URL'],
        message: 'exactly one of REDIS_URL and QUEUE_DATABASE_URL is needed',
      });
    },
    { when: () => true },
  );
}

/** Reads the backend from settings that `oneQueue` accepted. */
export function queueOf(settings: QueueSettings): QueueConfig {
  if (settings.REDIS_URL !== undefined) return { redis: settings.REDIS_URL, prefix: settings.QUEUE_PREFIX };
  if (settings.QUEUE_DATABASE_URL !== undefined) return { postgres: settings.QUEUE_DATABASE_URL, schema: 'queue' };
  throw new Error('Exactly one of REDIS_URL and QUEUE_DATABASE_URL is needed.');
}
