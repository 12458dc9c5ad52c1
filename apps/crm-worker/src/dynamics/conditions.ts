import type { FieldValue } from '@bliro/contract/crm';
import type { Column, TableDefinition, TypedValue } from '@bliro/dataverse';
import { columnOf, isLookup, readName } from './columns.js';
import { InputMistake } from './input-mistake.js';
import { lookupValue } from './lookups.js';
import { resolveValue, type KnownRecords } from './references.js';
import { scalarToWire } from './scalars.js';

/** An input's `where` as typed equalities. Throws InputMistake. */
export function conditionsOf(
  table: TableDefinition,
  where: Readonly<Record<string, FieldValue>>,
  known: KnownRecords,
): Record<string, TypedValue> {
  const conditions = Object.entries(where).map(([name, given]) => {
    const column = columnOf(table, name);
    return [readName(column, name), typed(table, column, name, resolveValue(given, known))] as const;
  });
  return Object.fromEntries(conditions);
}

function typed(table: TableDefinition, column: Column, name: string, value: unknown): TypedValue {
  if (isLookup(column)) {
    const record = lookupValue(table, name, value);
    return record && { type: 'guid', value: record.id };
  }
  if (column.type === 'MultiSelectPicklist') throw new InputMistake(`${name} can't be searched by.`);
  const wire = scalarToWire(column, name, value);
  if (wire === null) return null;
  if (typeof wire === 'number') return { type: 'number', value: wire };
  if (typeof wire === 'boolean') return { type: 'boolean', value: wire };
  if (column.type === 'Uniqueidentifier') return { type: 'guid', value: wire };
  if (column.type !== 'DateTime') return { type: 'text', value: wire };
  return { type: column.dateBehavior === 'DateOnly' ? 'date' : 'instant', value: wire };
}
