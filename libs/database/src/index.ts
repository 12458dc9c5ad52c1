export { type Session, withAdvisoryLock } from './advisory-lock.js';
export { dataSourceOptions, type SchemaConnection } from './data-source.js';
export { type DirectClient, refusePooler } from './direct-connection.js';
export { DatabaseMistake, LockUnavailable } from './errors.js';
export { groupRoles, type LoginKey, type ServiceSchema } from './layout.js';
export { migrate, type MigrateOptions, type MigrationClass } from './migrate.js';
export { OrganizationDatabase, organizationPolicySql } from './organization.js';
export { type Provisioned, provision, type ProvisionOptions, removeInstallation } from './provision.js';
