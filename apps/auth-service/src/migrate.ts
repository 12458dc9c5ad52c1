import { parseConfig } from '@bliro/config';
import { migrate } from '@bliro/database';
import { migrateConfigSchema } from './config.js';
import { authMigrations, keystoreMigrations } from './migrations/index.js';

const config = parseConfig('auth-service migrations', migrateConfigSchema);
await migrate({ url: config.DATABASE_OWNER_URL, schema: 'auth', migrations: authMigrations });
await migrate({ url: config.KEYSTORE_URL, schema: 'keystore', migrations: keystoreMigrations });
