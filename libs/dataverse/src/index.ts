export { createDataverse, type Dataverse, type DataverseOptions, type Query, type Row } from './client.js';
export type { Permission } from './exchange.js';
export type { DataverseFailure, DataverseResult } from './failure.js';
export type { TypedValue } from './literal.js';
export {
  discoverInstances,
  entitySetName,
  ownUser,
  tableDefinition,
  whoAmI,
  type EnvironmentType,
  type Instance,
  type OwnUser,
  type WhoAmI,
} from './outside-tools.js';
export type { Choice, Column, DateBehavior, TableDefinition } from './table-definition.js';
