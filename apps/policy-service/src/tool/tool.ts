import { operations, predefinedTables, type Operation, type Permission } from '@bliro/contract/policy';
import { predefinedShapes } from '../shape/predefined/index.js';
import { defaultFields, possibleFields, type TableShape } from '../shape/shape.js';

export const origins = ['predefined', 'custom'] as const;
export type Origin = (typeof origins)[number];

/** A tool as it exists, whatever an organization makes of it. */
export interface ToolDefinition {
  readonly key: string;
  readonly title: string;
  readonly description: string;
  readonly table: string;
  readonly operation: Operation;
  readonly origin: Origin;
  readonly shape: TableShape;
  readonly defaultFields: readonly string[];
  readonly possibleFields: readonly string[];
}

/** What an organization decided about a tool; `fields` null is all that the operation can take. */
export interface ToolSettings {
  readonly permission: Permission;
  readonly description: string | null;
  readonly fields: readonly string[] | null;
}

const verbs: Record<Operation, string> = { read: 'Read', create: 'Create', update: 'Update' };

/** A table's tools: one for each operation that takes any column of it. */
export function definitionsOf(shape: TableShape, origin: Origin): ToolDefinition[] {
  return operations
    .filter((operation) => possibleFields(shape, operation).length > 0)
    .map((operation) => define(shape, operation, origin));
}

function define(shape: TableShape, operation: Operation, origin: Origin): ToolDefinition {
  return {
    key: `${operation}_${shape.table}`,
    title: `${verbs[operation]} ${shape.object}`,
    description: shape.purpose[operation],
    table: shape.table,
    operation,
    origin,
    shape,
    defaultFields: defaultFields(shape, operation),
    possibleFields: possibleFields(shape, operation),
  };
}

/** Every predefined tool by key, sorted by it. */
export const predefinedTools: ReadonlyMap<string, ToolDefinition> = new Map(
  predefinedTables
    .flatMap((table) => definitionsOf(predefinedShapes[table], 'predefined'))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((tool) => [tool.key, tool]),
);

/** Nothing is allowed until an administrator says so. */
export function unconfigured(tool: ToolDefinition): ToolSettings {
  return { permission: 'deny', description: null, fields: tool.defaultFields };
}
