import type { MigrationClass } from '@bliro/database';
import { CreateConnection1764000000000 } from './1764000000000-create-connection.js';
import { CreateDataKey1764000000000 } from './1764000000000-create-data-key.js';
import { CreateOrganization1764100000000 } from './1764100000000-create-organization.js';

export const authMigrations: MigrationClass[] = [CreateConnection1764000000000, CreateOrganization1764100000000];
export const keystoreMigrations: MigrationClass[] = [CreateDataKey1764000000000];
