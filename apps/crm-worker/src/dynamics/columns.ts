import type { Column, TableDefinition } from '@bliro/dataverse';
import { InputMistake } from './input-mistake.js';

const lookupTypes = ['Lookup', 'Customer', 'Owner'];
/** What has no value of its own that could be shown or written as JSON. */
const opaqueTypes = ['Virtual', 'PartyList', 'EntityName', 'ManagedProperty', 'CalendarRules', 'File', 'Image'];

export const isLookup = (column: Column): boolean => lookupTypes.includes(column.type);
export const isOpaque = (column: Column): boolean => opaqueTypes.includes(column.type);

/** Throws InputMistake where the table has no such column. */
export function columnOf(table: TableDefinition, name: string): Column {
  const column = findColumn(table, name);
  if (column === undefined) throw new InputMistake(`The table ${table.logicalName} has no column ${name}.`);
  return column;
}

export function findColumn(table: TableDefinition, name: string): Column | undefined {
  return Object.hasOwn(table.columns, name) ? table.columns[name] : undefined;
}

export function targetsOf(table: TableDefinition, name: string): { target: string; navigation: string }[] {
  return (Object.hasOwn(table.lookups, name) ? table.lookups[name] : undefined) ?? [];
}

/** A lookup's value is read under another name than it is written. */
export function readName(column: Column, name: string): string {
  return isLookup(column) ? `_${name}_value` : name;
}
