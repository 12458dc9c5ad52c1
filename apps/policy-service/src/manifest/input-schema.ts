import type { Operation } from '@bliro/contract/policy';
import type { ColumnShape } from '../shape/shape.js';

/** What no schema may be larger than, as JSON in UTF-8. */
export const mostSchemaBytes = 16_000;
const mostChoices = 30;

export interface SchemaSource {
  readonly operation: Operation;
  readonly columns: Readonly<Record<string, ColumnShape>>;
  readonly fields: readonly string[];
}
export type JsonSchema = Record<string, unknown>;
type Named = readonly (readonly [name: string, column: ColumnShape])[];

/** How much is said of each column: the first level under which the schema is small enough is taken. */
const levels = ['everything', 'labels', 'bounds', 'types'] as const;
type Level = (typeof levels)[number];

/**
 * The input of a tool as JSON Schema 2020-12, in the subset that every format and client takes: objects with
 * `additionalProperties: false`, no references, no `oneOf`, no lists of types. A value of null, which clears a column, is left out on
 * purpose: models fill in what they don't know with it.
 */
export function inputSchema({ operation, columns, fields }: SchemaSource): JsonSchema {
  const named: Named = fields.flatMap((name) => {
    const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
    return column === undefined ? [] : [[name, column] as const];
  });
  for (const level of levels) {
    const schema = formOf(operation, named, level);
    if (isSmall(schema)) return schema;
  }
  return ofFewerColumns(operation, named);
}

/** Of a table of hundreds of columns, those that come first, required ones before all. */
function ofFewerColumns(operation: Operation, named: Named): JsonSchema {
  const ranked = [...named].sort(([, a], [, b]) => Number(b.required ?? false) - Number(a.required ?? false));
  let [enough, tooMany] = [0, ranked.length];
  while (tooMany - enough > 1) {
    const half = Math.floor((enough + tooMany) / 2);
    if (isSmall(formOf(operation, ranked.slice(0, half), 'types'))) enough = half;
    else tooMany = half;
  }
  return formOf(operation, ranked.slice(0, enough), 'types');
}

const isSmall = (schema: JsonSchema): boolean => Buffer.byteLength(JSON.stringify(schema)) <= mostSchemaBytes;

function formOf(operation: Operation, named: Named, level: Level): JsonSchema {
  const values = Object.fromEntries(named.map(([name, column]) => [name, valueSchema(column, level)]));
  switch (operation) {
    case 'create': {
      const required = named.filter(([, column]) => column.required === true).map(([name]) => name);
      return object({ fields: object(values, required) }, ['fields']);
    }
    case 'update':
      return object(
        {
          id: { ...uuid, description: 'The record that is changed' },
          fields: { ...object(values), description: 'The columns that change; the others stay as they are' },
          ifUnchangedSince: {
            type: 'string',
            format: 'date-time',
            description: 'Fails where somebody changed the record after this time',
          },
        },
        ['id', 'fields'],
      );
    case 'read':
      return object({
        id: { ...uuid, description: 'The record to read. Give either this or where' },
        where: { ...object(values), description: 'Columns and the values that they have to equal' },
        columns: {
          type: 'array',
          items: { type: 'string', enum: named.map(([name]) => name) },
          description: 'What to return; everything that the tool may return when absent',
        },
        top: { type: 'integer', minimum: 1, maximum: 200, description: 'Most records to return; with where only' },
      });
  }
}

const uuid = { type: 'string', format: 'uuid' } as const;

function object(properties: JsonSchema, required: readonly string[] = []): JsonSchema {
  return { type: 'object', properties, ...(required.length > 0 && { required }), additionalProperties: false };
}

function valueSchema(column: ColumnShape, level: Level): JsonSchema {
  const bare = bareSchema(column, level);
  if (level === 'types' || level === 'bounds') return bare;
  return { ...bare, description: describe(column, level) };
}

function describe(column: ColumnShape, level: Level): string {
  const title = column.title.slice(0, 200);
  if ((column.type !== 'choice' && column.type !== 'choices') || level !== 'everything') return title;
  const listed = Object.entries(column.options).map(([value, label]) => `${label} = ${value}`);
  return listed.length > mostChoices ? title : `${title}. ${listed.join(', ')}`;
}

function bareSchema(column: ColumnShape, level: Level): JsonSchema {
  const bounds = (limits: JsonSchema): JsonSchema => (level === 'types' ? {} : limits);
  switch (column.type) {
    case 'text':
      return { type: 'string', ...bounds({ maxLength: column.maxLength }) };
    case 'integer':
      return { type: 'integer', ...bounds({ minimum: column.min, maximum: column.max }) };
    case 'money':
      return { type: 'number', ...bounds({ minimum: column.min, maximum: column.max }) };
    case 'boolean':
      return { type: 'boolean' };
    case 'date':
      return { type: 'string', format: 'date' };
    case 'datetime':
      return { type: 'string', format: 'date-time' };
    case 'choice':
      return choiceSchema(column.options, level);
    case 'choices':
      return { type: 'array', items: choiceSchema(column.options, level) };
    case 'lookup':
      return object({ table: { type: 'string', ...bounds({ enum: column.targets }) }, id: uuid }, ['table', 'id']);
    case 'id':
      return uuid;
  }
}

/** By label, or by value where two choices have the same one or a choice has none. */
function choiceSchema(options: Readonly<Record<number, string>>, level: Level): JsonSchema {
  const labels = Object.values(options);
  const distinct = new Set(labels.map((label) => label.toLowerCase())).size === labels.length;
  const byLabel = distinct && !labels.includes('');
  const isLong = level === 'types' || (level === 'bounds' && labels.length > mostChoices);
  if (labels.length === 0 || isLong) return { type: byLabel ? 'string' : 'integer' };
  return byLabel ? { type: 'string', enum: labels } : { type: 'integer', enum: Object.keys(options).map(Number) };
}
