export { createDataverse, type Dataverse, type DataverseOptions, type Query, type Row } from './client.js';
export { classify, type DataverseFailure, type DataverseResult, type FailureClass } from './failure.js';
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
