import { unknownProperty } from '../failure.js';
import { propertyOf, type Property } from '../property.js';
import type { Row } from '../row.js';
import type { SingleNavigation } from '../schema/schema.js';
import type { Table } from '../schema/table.js';
import type { Reader, Scalar } from './reader.js';

/** A property of a row, or of a row that its lookups lead to. */
export interface Path {
  table: Table;
  property: Property;
  read: (row: Row) => Scalar;
}

/** @throws DataverseFailure for a name that leads nowhere, also in another case */
export function pathOf(reader: Reader, table: Table, names: readonly string[]): Path {
  const last = names.at(-1) ?? '';
  const { table: end, follow } = walk(reader, table, names.slice(0, -1));
  const property = propertyOf(end, last);
  return {
    table: end,
    property,
    read: (row) => {
      const reached = follow(row);
      return reached ? reader.scalar(end, reached, property.columnName) : null;
    },
  };
}

/** Goes along single-valued navigation properties. */
export function walk(
  reader: Reader,
  table: Table,
  names: readonly string[],
): { table: Table; follow: (row: Row) => Row | undefined } {
  const steps: { from: Table; navigation: SingleNavigation }[] = [];
  let at = table;
  for (const name of names) {
    const navigation = reader.schema.navigations(at).single.get(name);
    const next = navigation && reader.schema.table(navigation.tables[0] ?? '');
    if (!next) throw unknownProperty(name, at.logicalName);
    steps.push({ from: at, navigation });
    at = next;
  }
  return {
    table: at,
    follow: (row) =>
      steps.reduce<Row | undefined>(
        (reached, { from, navigation }) => reached && reader.target(from, reached, navigation)?.row,
        row,
      ),
  };
}
