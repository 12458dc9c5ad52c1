import { badQuery } from './failure.js';
import type { Condition, Literal } from './filter.js';
import { propertyOf, valueOf, type Property } from './property.js';
import type { QueryOptions } from './query-options.js';
import type { Row, RowStore } from './row.js';
import type { Table } from './schema/table.js';
import { edmTypes } from './value.js';

type Test = (row: Row) => boolean;
type Scalar = string | number | boolean | null;

/** The rows that `$filter` lets through, in the order of `$orderby`, at most `$top`. */
export function search(store: RowStore, table: Table, { filter = [], orderBy = [], top }: QueryOptions): Row[] {
  const tests = filter.map((condition) => testOf(table, condition));
  const byId = filter.find(({ path, operator }) => path === table.primaryId && operator === 'eq');
  const rows = byId ? only(store, table, byId.literal) : store.all(table.logicalName);
  const found: Row[] = [];
  for (const row of rows) {
    if (orderBy.length === 0 && top !== undefined && found.length >= top) break;
    if (tests.every((test) => test(row))) found.push(row);
  }
  if (orderBy.length > 0) found.sort(comparator(table, orderBy));
  return top === undefined ? found : found.slice(0, top);
}

function only(store: RowStore, table: Table, { value }: Literal): Row[] {
  const row = store.find(table.logicalName, String(value));
  return row ? [row] : [];
}

function testOf(table: Table, { path, operator, literal }: Condition): Test {
  const property = propertyOf(table, path);
  const wanted = comparable(property, literal);
  const equal = operator === 'eq';
  return (row) => (fold(valueOf(table, row, property.columnName)) === wanted) === equal;
}

const kinds: Partial<Record<string, readonly Literal['kind'][]>> = {
  'Edm.Guid': ['guid'],
  // A GUID or a date between quotes is a string; without them, it is none.
  'Edm.String': ['string'],
  'Edm.Boolean': ['boolean'],
  'Edm.DateTimeOffset': ['date'],
};

function comparable({ column }: Property, { kind, value }: Literal): Scalar {
  if (kind === 'null') return null;
  const type = edmTypes[column.type];
  if (!(kinds[type] ?? ['number']).includes(kind))
    throw badQuery(
      `A binary operator with incompatible types was detected. Found operand types '${type}' and '${literalTypes[kind]}' for operator kind 'Equal'.`,
    );
  if (kind === 'date' && column.dateBehavior !== 'DateOnly') return fold(utc(value));
  return fold(value);
}

const literalTypes: Record<Exclude<Literal['kind'], 'null'>, string> = {
  string: 'Edm.String',
  guid: 'Edm.Guid',
  number: 'Edm.Int32',
  boolean: 'Edm.Boolean',
  date: 'Edm.DateTimeOffset',
};

function utc(text: string | number | boolean): string {
  const time = new Date(String(text));
  if (Number.isNaN(time.getTime())) throw badQuery(`'${String(text)}' is not a time.`);
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** Texts are compared without regard to case. */
function fold(value: Scalar): Scalar {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

function comparator(table: Table, order: NonNullable<QueryOptions['orderBy']>): (a: Row, b: Row) => number {
  const keys = order.map(({ path, descending }) => ({ property: propertyOf(table, path), sign: descending ? -1 : 1 }));
  return (a, b) => {
    for (const { property, sign } of keys) {
      const [x, y] = [a, b].map((row) => fold(valueOf(table, row, property.columnName)));
      if (x === y) continue;
      if (x === null || x === undefined) return -sign;
      if (y === null || y === undefined) return sign;
      return x < y ? -sign : sign;
    }
    return 0;
  };
}
