import { CreateLedger1764000000000 } from './create-ledger.js';
import { RetryRights1785200000000 } from './retry-rights.js';

/** All migrations of schema `crm`, oldest first. */
export const ledgerMigrations = [CreateLedger1764000000000, RetryRights1785200000000];
