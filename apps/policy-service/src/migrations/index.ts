import type { MigrationClass } from '@bliro/database';
import { PolicyTables1785000000000 } from './1785000000000-policy-tables.js';

export const policyMigrations: MigrationClass[] = [PolicyTables1785000000000];
