import { CreateLedger1764000000000 } from './create-ledger.js';

/** All migrations of schema `crm`, oldest first. */
export const ledgerMigrations = [CreateLedger1764000000000];
