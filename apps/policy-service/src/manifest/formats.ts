import type { Operation } from '@bliro/contract/policy';
import type { JsonSchema } from './input-schema.js';

export const formats = ['json-schema', 'openai', 'anthropic', 'mcp'] as const;
export type Format = (typeof formats)[number];

/** A tool as a model may see it. */
export interface ModelTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly operation: Operation;
  readonly inputSchema: JsonSchema;
}

const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** An update overwrites what was there; done twice it is the same. Nothing beyond the customer's own CRM is reached. */
const annotations: Record<Operation, Record<string, boolean>> = {
  read: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  create: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  update: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
};

/** How each kind of client wants to be told of a tool. */
export const toFormat: Record<Format, (tool: ModelTool) => Record<string, unknown>> = {
  'json-schema': ({ name, title, description, inputSchema }) => ({
    name,
    title,
    description,
    inputSchema: { $schema: dialect, ...inputSchema },
  }),
  // Not strict: that mode makes every column required or null, and null in an update clears the column.
  openai: ({ name, description, inputSchema }) => ({
    type: 'function',
    function: { name, description, parameters: inputSchema, strict: false },
  }),
  anthropic: ({ name, description, inputSchema }) => ({ name, description, input_schema: inputSchema }),
  mcp: ({ name, title, description, operation, inputSchema }) => ({
    name,
    title,
    description,
    inputSchema,
    annotations: annotations[operation],
  }),
};
