import { badPayload } from '../failure.js';
import type { Reference, Rows, Value } from '../row.js';
import type { Relation } from '../schema/relations.js';
import type { Schema, SingleNavigation } from '../schema/schema.js';
import { columnOf, type Table } from '../schema/table.js';
import { parseValue } from '../value.js';
import { referenceOf, type ContentIds } from './address.js';

/** What a body asks for: one row, and for a create also the rows around it. */
export interface Draft {
  table: Table;
  id?: string;
  /** By column, the primary id apart. */
  values: Record<string, Value>;
  /** Rows that come first, because a lookup of this one leads to them. */
  before: { column: string; draft: Draft }[];
  /** Rows that come after, because their lookups lead to this one. */
  after: { relation: Relation; draft: Draft }[];
  /** Rows that are there, whose lookups shall lead to this one. */
  linked: { relation: Relation; reference: Reference }[];
}

export interface Reading {
  schema: Schema;
  rows: Rows;
  /** Only a create may bring rows along. */
  deep: boolean;
  contentIds?: ContentIds | undefined;
}

const BIND = '@odata.bind';
const DEEPEST = 10;

/**
 * Reads the JSON body of a create or update.
 * @throws DataverseFailure for anything that the table doesn't take
 */
export function readPayload(reading: Reading, table: Table, body: unknown, depth = 0): Draft {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badPayload(table.entitySetName, 'A JSON object is expected.');
  if (depth > DEEPEST) throw badPayload(table.entitySetName, 'The rows are nested too deeply.');
  const draft: Draft = { table, values: {}, before: [], after: [], linked: [] };
  for (const [key, given] of Object.entries(body)) {
    if (key.endsWith(BIND)) bind(reading, draft, key.slice(0, -BIND.length), given);
    else if (!key.includes('@')) assign(reading, draft, key, given, depth);
  }
  return draft;
}

function assign(reading: Reading, draft: Draft, name: string, given: unknown, depth: number): void {
  const { table } = draft;
  const { single, collection } = reading.schema.navigations(table);
  const navigation = single.get(name);
  const relation = collection.get(name);
  if (navigation && (given === null || typeof given === 'object')) {
    nest(reading, draft, name, navigation, given, depth);
  } else if (relation && Array.isArray(given)) {
    nestAll(reading, draft, name, relation, given, depth);
  } else {
    const column = columnOf(table, name);
    if (!column) throw undeclared(table, name);
    const value = parseValue(table, name, column, given);
    if (name !== table.primaryId) draft.values[name] = value;
    else if (typeof value === 'string') draft.id = value;
  }
}

function nest(
  reading: Reading,
  draft: Draft,
  name: string,
  { column, tables }: SingleNavigation,
  given: object | null,
  depth: number,
): void {
  if (given === null) {
    draft.values[column] = null;
    return;
  }
  requireDeep(reading, draft.table, name);
  const target = reading.schema.table(tables[0] ?? '');
  if (!target || tables.length > 1) throw badPayload(draft.table.entitySetName, `No row can be made at '${name}'.`);
  draft.before.push({ column, draft: readPayload(reading, target, given, depth + 1) });
}

function nestAll(
  reading: Reading,
  draft: Draft,
  name: string,
  relation: Relation,
  given: readonly unknown[],
  depth: number,
): void {
  requireDeep(reading, draft.table, name);
  const child = reading.schema.table(relation.referencing);
  if (!child) throw undeclared(draft.table, name);
  for (const item of given) draft.after.push({ relation, draft: readPayload(reading, child, item, depth + 1) });
}

function requireDeep({ deep }: Reading, table: Table, name: string): void {
  if (deep) return;
  throw badPayload(
    table.entitySetName,
    `Deep update of navigation properties is not supported. Use @odata.bind to associate '${name}'.`,
  );
}

function bind(reading: Reading, draft: Draft, name: string, given: unknown): void {
  const { table } = draft;
  const { single, collection } = reading.schema.navigations(table);
  const navigation = single.get(name);
  const relation = collection.get(name);
  if (navigation) {
    draft.values[navigation.column] = given === null ? null : boundRow(reading, table, navigation.tables, given);
  } else if (relation && Array.isArray(given) && reading.deep) {
    for (const one of given)
      draft.linked.push({ relation, reference: boundRow(reading, table, [relation.referencing], one) });
  } else {
    throw badPayload(
      table.entitySetName,
      `An undeclared property '${name}' which only has property annotations in the payload but no property value was found in the payload. In OData, only declared navigation properties and declared named streams can be represented as properties without values.`,
    );
  }
}

/** A row that a navigation property may lead to. */
export function boundRow(
  { schema, rows, contentIds }: Omit<Reading, 'deep'>,
  table: Table,
  targets: readonly string[],
  given: unknown,
): Reference {
  const fits = targetsFit(schema, targets, given, contentIds);
  if (!fits)
    throw badPayload(
      table.entitySetName,
      `The address '${String(given).slice(0, 100)}' can't be bound here: a row of ${targets.join(' or ')} is expected.`,
    );
  const found = referenceOf(schema, rows, given, contentIds);
  if (found && targets.includes(found.table)) return found;
  throw badPayload(table.entitySetName, `Invalid URI '${String(given).slice(0, 100)}'.`);
}

/** The wrong table is said before the row is looked for. */
function targetsFit(schema: Schema, targets: readonly string[], given: unknown, contentIds?: ContentIds): boolean {
  if (typeof given !== 'string') return false;
  const set = /(?:^|\/)(\w+)\([^()]+\)$/.exec(contentIds?.get(given) ?? given)?.[1];
  if (set === undefined) return given.startsWith('$');
  const table = schema.tableOfSet(set);
  return table !== undefined && targets.includes(table.logicalName);
}

function undeclared(table: Table, name: string): Error {
  return badPayload(
    table.entitySetName,
    `The property '${name}' does not exist on type 'Microsoft.Dynamics.CRM.${table.logicalName}'. Make sure to only use property names that are defined by the type.`,
  );
}
