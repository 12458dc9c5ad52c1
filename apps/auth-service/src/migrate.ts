import { databaseUrl, parseConfig } from '@bliro/config';
import { migrate } from '@bliro/database';
import { z } from 'zod';
import { authMigrations, keystoreMigrations } from './migrations/index.js';

export const migrateConfig = z.object({
  DATABASE_OWNER_URL: databaseUrl().meta({ description: 'The owner of schema auth, not through a pooler' }),
  KEYSTORE_URL: databaseUrl().meta({ description: 'The key store, a database of its own' }),
});

const config = parseConfig('auth-service migrations', migrateConfig);
await migrate({ url: config.DATABASE_OWNER_URL, schema: 'auth', migrations: authMigrations });
await migrate({ url: config.KEYSTORE_URL, schema: 'keystore', migrations: keystoreMigrations });
