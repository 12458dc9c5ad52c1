import type { MigrationClass } from '@bliro/database';
import { CreateConnection1764000000000 } from './1764000000000-create-connection.js';
import { CreateDataKey1764000000000 } from './1764000000000-create-data-key.js';

export const authMigrations: MigrationClass[] = [CreateConnection1764000000000];
export const keystoreMigrations: MigrationClass[] = [CreateDataKey1764000000000];
