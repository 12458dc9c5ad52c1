import type { ToolDefinition } from './tool.js';
import { unconfigured } from './tool.js';
import type { ToolRow } from './tool.entity.js';
import type { ToolView } from './tool.schema.js';

/** A tool as the API shows it: what it is, and what the organization made of it. */
export function viewOf(tool: ToolDefinition, row: ToolRow | undefined): ToolView {
  const { permission, description, fields } = row ?? unconfigured(tool);
  return {
    key: tool.key,
    title: tool.title,
    description: description ?? tool.description,
    table: tool.table,
    operation: tool.operation,
    permission,
    origin: tool.origin,
    fields: fields === null ? null : [...fields],
    revision: row?.revision ?? 0,
    ...problemOf(tool, fields),
    ...(row && { changedAt: row.changedAt.toISOString(), changedBy: row.changedBy }),
  };
}

/** Columns that the table no longer has: inputs that name them are refused. */
function problemOf({ possibleFields }: ToolDefinition, fields: readonly string[] | null): { problem?: string } {
  const gone = (fields ?? []).filter((name) => !possibleFields.includes(name));
  if (gone.length === 0) return {};
  return { problem: `Dynamics no longer has what this tool names: ${gone.slice(0, 10).join(', ')}.` };
}
