import { parseConfig } from '@bliro/config';
import { migrate } from '@bliro/database';
import { ledgerMigrations } from '@bliro/ledger';
import { migrateConfigSchema } from './config.js';

const { DATABASE_OWNER_URL } = parseConfig('job-service migrations', migrateConfigSchema);
const done = await migrate({ url: DATABASE_OWNER_URL, schema: 'crm', migrations: ledgerMigrations });
process.stdout.write(`crm: ${done.length === 0 ? 'nothing to migrate' : done.join(', ')}\n`);
