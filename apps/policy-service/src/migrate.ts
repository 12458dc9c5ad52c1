import { parseConfig } from '@bliro/config';
import { migrate } from '@bliro/database';
import { migrateConfigSchema } from './config.js';
import { policyMigrations } from './migrations/index.js';

const { DATABASE_OWNER_URL } = parseConfig('policy-service migrations', migrateConfigSchema);
const done = await migrate({ url: DATABASE_OWNER_URL, schema: 'policy', migrations: policyMigrations });
process.stdout.write(`policy: ${done.length === 0 ? 'nothing to migrate' : done.join(', ')}\n`);
