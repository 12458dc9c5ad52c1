import type { FieldValue } from '@bliro/contract/crm';
import type { TableDefinition } from '@bliro/dataverse';
import { columnOf, isLookup, readName } from './columns.js';
import { bindLookup, lookupValue, type EntitySets } from './lookups.js';
import { resolveValue, type KnownRecords, type RecordReference } from './references.js';
import { scalarToWire, type WireScalar } from './scalars.js';

/** One column of a write: what goes into the body, where it is read, and what a read shows once it is written. */
export interface WireField {
  column: string;
  body: Record<string, unknown>;
  readAs: string;
  expected: WireScalar;
}

/** An input's fields with references resolved and lookups recognized, before names of entity sets are known. */
export type ResolvedFields = Record<string, { lookup: RecordReference | null } | { scalar: WireScalar }>;

/** Throws InputMistake. */
export function resolveFields(
  table: TableDefinition,
  fields: Readonly<Record<string, FieldValue>>,
  known: KnownRecords,
): ResolvedFields {
  const resolved = Object.entries(fields).map(([name, given]) => {
    const column = columnOf(table, name);
    const value = resolveValue(given, known);
    return isLookup(column)
      ? ([name, { lookup: lookupValue(table, name, value) }] as const)
      : ([name, { scalar: scalarToWire(column, name, value) }] as const);
  });
  return Object.fromEntries<ResolvedFields[string]>(resolved);
}

/** Tables whose entity sets a body needs. */
export function referencedTables(fields: ResolvedFields): string[] {
  const tables = Object.values(fields).flatMap((field) =>
    'lookup' in field && field.lookup ? [field.lookup.table] : [],
  );
  return [...new Set(tables)];
}

export function wireFields(table: TableDefinition, fields: ResolvedFields, sets: EntitySets): WireField[] {
  return Object.entries(fields).map(([column, field]) => ({
    column,
    readAs: readName(columnOf(table, column), column),
    ...('lookup' in field
      ? { body: bindLookup(table, column, field.lookup, sets), expected: field.lookup?.id.toLowerCase() ?? null }
      : { body: { [column]: field.scalar }, expected: field.scalar }),
  }));
}

/** The body of a write; `primaryId` fixes the id of a record that is created, which takes no empty values. */
export function bodyOf(
  fields: readonly WireField[],
  primaryId?: { attribute: string; id: string },
): Record<string, unknown> {
  const written = primaryId === undefined ? fields : fields.filter(({ expected }) => expected !== null);
  return Object.assign(
    {},
    ...written.map(({ body }) => body),
    primaryId === undefined ? {} : { [primaryId.attribute]: primaryId.id },
  ) as Record<string, unknown>;
}
