import { parseConfig } from '@bliro/config';
import { migrate } from '@bliro/database';
import { migrateConfigSchema } from './config.js';
import { authMigrations, keystoreMigrations } from './migrations/index.js';

const { DATABASE_OWNER_URL, KEYSTORE_URL } = parseConfig('auth-service migrations', migrateConfigSchema);
const done = [
  ...(await migrate({ url: DATABASE_OWNER_URL, schema: 'auth', migrations: authMigrations })),
  ...(await migrate({ url: KEYSTORE_URL, schema: 'keystore', migrations: keystoreMigrations })),
];
process.stdout.write(`auth: ${done.length === 0 ? 'nothing to migrate' : done.join(', ')}\n`);
