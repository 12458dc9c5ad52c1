import { unknownProperty } from './failure.js';
import type { Column } from './schema/column.js';
import { columnOf, type Table } from './schema/table.js';

/** A column as reading names it: a lookup is `_name_value`. */
export interface Property {
  name: string;
  columnName: string;
  column: Column;
}

/** @throws DataverseFailure for a name that the table doesn't have, also in another case */
export function propertyOf(table: Table, name: string): Property {
  const columnName = /^_(\w+)_value$/.exec(name)?.[1] ?? name;
  const column = columnOf(table, columnName);
  if (!column || (column.targets !== undefined) !== (columnName !== name))
    throw unknownProperty(name, table.logicalName);
  return propertiesOf(table).find((property) => property.columnName === columnName) ?? { name, columnName, column };
}

const known = new WeakMap<Table, readonly Property[]>();

export function propertiesOf(table: Table): readonly Property[] {
  let found = known.get(table);
  if (!found) {
    found = Object.entries(table.columns)
      .filter(([, column]) => column.companionOf === undefined)
      .map(([columnName, column]) => ({
        name: column.targets ? `_${columnName}_value` : columnName,
        columnName,
        column,
      }));
    known.set(table, found);
  }
  return found;
}
