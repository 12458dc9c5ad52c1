import type { Row } from '../row.js';
import type { Table } from '../schema/table.js';
import { compile } from './compile.js';
import type { Expression } from './expression.js';
import { fold } from './literal.js';
import type { Order, QueryOptions } from './options.js';
import { pathOf } from './path.js';
import type { Reader } from './reader.js';

export type Criteria = Pick<QueryOptions, 'filter' | 'orderBy'>;

/**
 * The rows of a table that `$filter` lets through, in the order of `$orderby`.
 * @param enough where the order doesn't matter, the number of rows after which to stop
 */
export function search(reader: Reader, table: Table, criteria: Criteria, enough = Infinity): Row[] {
  const id = criteria.filter && wantedId(table, criteria.filter);
  const rows = id === undefined ? reader.visible(table) : reader.visibleById(table, id);
  return narrowed(reader, table, rows, criteria, enough);
}

/** The rows among these that a filter lets through, in the order asked for. */
export function narrowed(
  reader: Reader,
  table: Table,
  rows: Iterable<Row>,
  { filter, orderBy = [] }: Criteria,
  enough = Infinity,
): Row[] {
  const test = filter ? compile(reader, table, filter) : () => true;
  const compare = orderBy.length > 0 ? comparator(reader, table, orderBy) : undefined;
  const found: Row[] = [];
  for (const row of rows) {
    if (!compare && found.length >= enough) break;
    if (test(row)) found.push(row);
  }
  return compare ? found.sort(compare) : found;
}

/** The id that a filter insists on, so that the row is found at once. */
function wantedId(table: Table, expression: Expression): string | undefined {
  if (expression.kind === 'and') return wantedId(table, expression.left) ?? wantedId(table, expression.right);
  if (expression.kind !== 'compare' || expression.operator !== 'eq') return undefined;
  const { left, right } = expression;
  if (left.kind !== 'path' || right.kind !== 'literal' || right.literal.kind !== 'guid') return undefined;
  return left.path.length === 1 && left.path[0] === table.primaryId ? right.literal.value : undefined;
}

function comparator(reader: Reader, table: Table, order: readonly Order[]): (a: Row, b: Row) => number {
  const keys = order.map(({ path, descending }) => ({
    read: pathOf(reader, table, path).read,
    sign: descending ? -1 : 1,
  }));
  return (a, b) => {
    for (const { read, sign } of keys) {
      const x = fold(read(a));
      const y = fold(read(b));
      if (x === y) continue;
      if (x === null) return -sign;
      if (y === null) return sign;
      return x < y ? -sign : sign;
    }
    return 0;
  };
}
