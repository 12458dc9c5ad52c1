import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema';
import { describe, expect, it } from '@jest/globals';
import { ListToolsResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { toStrictJsonSchema } from 'openai/lib/transform';
import { predefinedTables } from '@bliro/contract/policy';
import { evaluate } from '../decision/evaluate.js';
import { OrganizationPolicy } from '../decision/policy.js';
import { choice, integer, lookup, required, text } from '../shape/columns.js';
import type { ColumnShape, TableShape } from '../shape/shape.js';
import { predefinedTools } from '../tool/tool.js';
import { formats, toFormat } from './formats.js';
import { inputSchema, mostSchemaBytes, type JsonSchema } from './input-schema.js';
import { modelTools } from './manifest.js';

const allowed = { permission: 'always_allow', description: null, fields: null } as const;
const everything = new OrganizationPolicy(1, {
  tools: [...predefinedTools.keys()].map((key) => ({ key, ...allowed })),
  shapes: [],
  pauses: [],
});
const tools = modelTools(everything);
const ajv = new Ajv2020({ strict: true, allErrors: true });
addFormats.default(ajv);

/** Every schema within a schema, itself first. */
function within(schema: unknown): JsonSchema[] {
  if (Array.isArray(schema)) return schema.flatMap(within);
  if (typeof schema !== 'object' || schema === null) return [];
  return [schema as JsonSchema, ...Object.values(schema).flatMap(within)];
}

describe('the manifest', () => {
  it('has each tool that is not denied, sorted, under a name that every client takes', () => {
    expect(tools.map(({ name }) => name)).toEqual([...predefinedTools.keys()]);
    expect(tools.filter(({ name }) => !/^[A-Za-z0-9_-]{1,48}$/.test(name))).toEqual([]);
    expect(tools.filter(({ description }) => description.length > 1024)).toEqual([]);
  });

  it('has nothing of a denied tool, not even in the choices of another', () => {
    const one = new OrganizationPolicy(1, {
      tools: [
        { key: 'read_task', ...allowed },
        { key: 'update_account', ...allowed, permission: 'deny' },
      ],
      shapes: [],
      pauses: [],
    });
    const none = new OrganizationPolicy(9, { tools: [{ key: 'read_task', ...allowed }], shapes: [], pauses: [] });
    expect(modelTools(one)).toEqual(modelTools(none));
    expect(modelTools(one).map(({ name }) => name)).toEqual(['read_task']);
  });

  it('says that the user is asked', () => {
    const tools = [{ key: 'create_task', permission: 'ask' as const, description: 'Makes a task.', fields: null }];
    const [tool] = modelTools(new OrganizationPolicy(1, { tools, shapes: [], pauses: [] }));
    expect(tool?.description).toBe('Makes a task. The user is asked to approve each call.');
  });
});

describe.each(tools)('the schema of $name', (tool) => {
  const { inputSchema: schema } = tool;

  it('is accepted by Ajv in strict mode, by the SDKs of OpenAI and Anthropic, and as a tool of MCP', () => {
    expect(() => ajv.compile(toFormat['json-schema'](tool)['inputSchema'] as JsonSchema)).not.toThrow();
    expect(() => transformJSONSchema(structuredClone(schema))).not.toThrow();
    // Strict mode wants every property required, which these schemas refuse on purpose: the rest of them it takes.
    expect(() => toStrictJsonSchema(everythingRequired(schema) as never)).not.toThrow();
    expect(ListToolsResultSchema.parse({ tools: [toFormat.mcp(tool)] }).tools[0]?.name).toBe(tool.name);
  });

  it('keeps to what every client takes, and is small', () => {
    const words = new Set(within(schema).flatMap((part) => Object.keys(part)));
    for (const word of ['$ref', 'oneOf', 'not', 'if', 'exclusiveMinimum', 'uniqueItems', 'patternProperties']) {
      expect(words).not.toContain(word);
    }
    expect(within(schema).filter(({ type }) => Array.isArray(type))).toEqual([]);
    expect(
      within(schema).filter((part) => part['type'] === 'object' && part['additionalProperties'] !== false),
    ).toEqual([]);
    expect(Buffer.byteLength(JSON.stringify(schema))).toBeLessThanOrEqual(mostSchemaBytes);
  });
});

describe('every format', () => {
  it.each(formats)('%s has the name, the description and the schema', (format) => {
    const [tool] = tools as [(typeof tools)[number]];
    const text = JSON.stringify(toFormat[format](tool));
    expect(text).toContain(`"name":"${tool.name}"`);
    expect(text).toContain(JSON.stringify(tool.description));
    expect(text).toContain('"additionalProperties":false');
  });

  it('says to MCP what a tool does', () => {
    const hints = Object.fromEntries(tools.map((tool) => [tool.name, toFormat.mcp(tool)['annotations']]));
    expect(hints['read_task']).toMatchObject({ readOnlyHint: true, destructiveHint: false });
    expect(hints['create_task']).toMatchObject({ readOnlyHint: false, idempotentHint: false });
    expect(hints['update_task']).toMatchObject({ readOnlyHint: false, destructiveHint: true, idempotentHint: true });
  });
});

describe('an input that fits the schema', () => {
  it.each(predefinedTables)('is one that the tools of %s take', (table) => {
    const tool = everything.tool(`create_${table}`);
    const schema = tools.find(({ name }) => name === `create_${table}`)?.inputSchema ?? {};
    const fields = Object.fromEntries(
      Object.entries(tool?.columns ?? {}).flatMap(([name, column]) => sample(name, column)),
    );
    const mine = Object.fromEntries(Object.entries(fields).filter(([name]) => tool?.fields.has(name)));
    expect(ajv.validate(schema, { fields: mine })).toBe(true);
    expect(evaluate(tool, { fields: mine }, false).effect).toBe('allow');
  });
});

describe('a wide table', () => {
  const label = (n: number) => `A choice with a long label, number ${n}`;
  const options = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [n, label(n)]));
  const shape = (count: number, column: ColumnShape) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`new_column_${n}`, column]));
  const wide = (columns: TableShape['columns']) =>
    inputSchema({ operation: 'create', columns, fields: Object.keys(columns) });
  const properties = (schema: JsonSchema) =>
    (schema as { properties: { fields: { properties: Record<string, JsonSchema> } } }).properties.fields.properties;

  it.each([
    ['texts', shape(200, text('A column with a long title that says something', 100))],
    ['choices', shape(80, choice('A choice', options))],
    ['lookups', shape(80, lookup('A lookup', 'account', 'contact', 'lead', 'opportunity', 'task'))],
  ])('of many %s says less of each column, and has them all', (_what, columns) => {
    const schema = wide(columns);
    expect(Buffer.byteLength(JSON.stringify(schema))).toBeLessThanOrEqual(mostSchemaBytes);
    expect(Object.keys(properties(schema))).toEqual(Object.keys(columns));
    expect(() => ajv.compile(schema)).not.toThrow();
  });

  it('of a thousand columns has those that it must have, and as many as there is room for', () => {
    const columns = { ...shape(999, integer('A number')), last: required(text('Name', 100)) };
    const schema = wide(columns);
    const bytes = Buffer.byteLength(JSON.stringify(schema));
    expect(bytes).toBeLessThanOrEqual(mostSchemaBytes);
    expect(bytes).toBeGreaterThan(mostSchemaBytes - 100);
    expect(properties(schema)).toHaveProperty('last');
  });

  it('names choices by value where two have one label', () => {
    const schema = wide({ kind: choice('Kind', { 1: 'Same', 2: 'same' }) });
    expect(properties(schema)['kind']).toMatchObject({ type: 'integer', enum: [1, 2] });
  });
});

function everythingRequired(schema: JsonSchema): JsonSchema {
  const parts = Object.entries(schema).map(([word, value]): [string, unknown] => {
    if (word !== 'properties') return [word, word === 'items' ? everythingRequired(value as JsonSchema) : value];
    const properties = Object.entries(value as Record<string, JsonSchema>);
    return [word, Object.fromEntries(properties.map(([name, part]) => [name, everythingRequired(part)]))];
  });
  const required =
    schema['properties'] === undefined ? {} : { required: Object.keys(schema['properties'] as JsonSchema) };
  return { ...Object.fromEntries(parts), ...required };
}

/** A value for a column, as a model would write it from the schema. */
function sample(name: string, column: ColumnShape): [string, unknown][] {
  switch (column.type) {
    case 'text':
      return [[name, 'x']];
    case 'integer':
    case 'money':
      return [[name, column.min]];
    case 'boolean':
      return [[name, true]];
    case 'date':
      return [[name, '2026-03-31']];
    case 'datetime':
      return [[name, '2026-03-31T09:00:00+02:00']];
    case 'choice':
      return [[name, Object.values(column.options)[0]]];
    case 'choices':
      return [[name, Object.values(column.options).slice(0, 1)]];
    case 'lookup':
      return [[name, { table: column.targets[0], id: '0f8fad5b-d9cb-469f-a165-70867728950e' }]];
    case 'id':
      return [];
  }
}
