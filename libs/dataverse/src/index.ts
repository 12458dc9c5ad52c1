export { createDataverse, type Dataverse, type DataverseOptions, type Query, type Row } from './client.js';
export type { Permission } from './exchange.js';
export type { DataverseFailure, DataverseResult } from './failure.js';
export type { TypedValue } from './literal.js';
export {
  discoverInstances,
  entitySetName,
  ownUser,
  tableColumns,
  tableDefinition,
  tableList,
  whoAmI,
  type EnvironmentType,
  type Instance,
  type OwnUser,
  type WhoAmI,
} from './outside-tools.js';
export type { Choice, DateBehavior } from './metadata-form.js';
export type { ColumnDetails } from './table-columns.js';
export type { Column, TableDefinition } from './table-definition.js';
export type { TableSummary } from './table-list.js';
