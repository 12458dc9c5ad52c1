import type { Column, Row, TableDefinition } from '@bliro/dataverse';
import { findColumn, isLookup, isOpaque, readName, targetsOf } from './columns.js';
import { InputMistake } from './input-mistake.js';

const lookupTable = '@Microsoft.Dynamics.CRM.lookuplogicalname';

/**
 * The columns that a read returns: those asked for that the decision allows, or all that it allows and the environment has.
 * `allowed` undefined: every column. Throws InputMistake for one that was asked for and isn't there.
 */
export function readableColumns(
  table: TableDefinition,
  asked: readonly string[] | undefined,
  allowed: readonly string[] | undefined,
): string[] {
  const permitted = (name: string): boolean => allowed === undefined || allowed.includes(name);
  const readable = (name: string): boolean => {
    const column = findColumn(table, name);
    return column !== undefined && !isOpaque(column);
  };
  if (asked === undefined) return (allowed ?? Object.keys(table.columns)).filter(readable);
  for (const name of asked) {
    if (!permitted(name)) throw new InputMistake(`The column ${name} can't be read with this tool.`);
    if (!readable(name))
      throw new InputMistake(`The table ${table.logicalName} has no column ${name} that can be read.`);
  }
  return [...new Set(asked)];
}

/** Under which names the Web API has them; the id always comes along. */
export function selectOf(table: TableDefinition, columns: readonly string[]): string[] {
  const names = columns.map((name) => readName(table.columns[name] ?? { type: 'String' }, name));
  return [...new Set([table.primaryIdAttribute, ...names])];
}

/** A row by logical names: a choice with its label, a lookup as `{table, id}`. A value that is null may be one that is hidden. */
export function rowFromWire(table: TableDefinition, columns: readonly string[], row: Row): Row {
  const shown = columns.map((name) => [name, valueFromWire(table, name, row)] as const);
  return Object.fromEntries([[table.primaryIdAttribute, row[table.primaryIdAttribute] ?? null], ...shown]);
}

function valueFromWire(table: TableDefinition, name: string, row: Row): unknown {
  const column = findColumn(table, name);
  const value = column === undefined ? undefined : row[readName(column, name)];
  if (column === undefined || value === undefined || value === null) return null;
  if (isLookup(column)) {
    const annotated = row[`_${name}_value${lookupTable}`];
    return { table: annotated ?? targetsOf(table, name)[0]?.target ?? null, id: value };
  }
  if (column.type === 'MultiSelectPicklist' && typeof value === 'string') {
    return value.split(',').map((one) => labelled(column, Number(one)));
  }
  return column.options !== undefined && typeof value === 'number' ? labelled(column, value) : value;
}

function labelled(column: Column, value: number): { value: number; label: string | null } {
  return { value, label: column.options?.find((option) => option.value === value)?.label ?? null };
}
