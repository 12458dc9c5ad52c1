import type { MigrationClass } from '@bliro/database';
import { PolicyTables1785000000000 } from './1785000000000-policy-tables.js';
import { PolicyChanges1785100000000 } from './1785100000000-policy-changes.js';

export const policyMigrations: MigrationClass[] = [PolicyTables1785000000000, PolicyChanges1785100000000];
