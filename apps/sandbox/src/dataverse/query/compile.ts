import { badQuery, unknownProperty } from '../failure.js';
import type { Property } from '../property.js';
import type { Row } from '../row.js';
import type { Table } from '../schema/table.js';
import { edmTypes } from '../value.js';
import type { Comparison, Expression, Operand } from './expression.js';
import { fold, incompatible, storedValue } from './literal.js';
import { pathOf, walk } from './path.js';
import { queryFunction } from './query-functions.js';
import type { Reader, Scalar } from './reader.js';

export type Test = (row: Row) => boolean;

/**
 * Turns a filter into a test of rows.
 * @throws DataverseFailure for names that the table doesn't have and types that don't go together
 */
export function compile(reader: Reader, table: Table, expression: Expression): Test {
  switch (expression.kind) {
    case 'and': {
      const [left, right] = sides(reader, table, expression);
      return (row) => left(row) && right(row);
    }
    case 'or': {
      const [left, right] = sides(reader, table, expression);
      return (row) => left(row) || right(row);
    }
    case 'not': {
      const operand = compile(reader, table, expression.operand);
      return (row) => !operand(row);
    }
    case 'compare':
      return comparison(reader, table, expression);
    case 'text':
      return textTest(reader, table, expression);
    case 'query function':
      return queryFunction(reader, table, expression);
    case 'lambda':
      return lambda(reader, table, expression);
  }
}

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

function sides(reader: Reader, table: Table, { left, right }: Of<'and' | 'or'>): [Test, Test] {
  return [compile(reader, table, left), compile(reader, table, right)];
}

function comparison(reader: Reader, table: Table, { operator, left, right }: Of<'compare'>): Test {
  const compared = comparers[operator];
  const [x, y] = [left, right];
  if (x.kind === 'path' && y.kind === 'path') {
    const [one, other] = [pathOf(reader, table, x.path), pathOf(reader, table, y.path)];
    const types = [one, other].map(({ property }) => edmTypes[property.column.type]);
    if (types[0] !== types[1]) throw incompatible(String(types[0]), String(types[1]), operator);
    return (row) => compared(fold(one.read(row)), fold(other.read(row)));
  }
  const { path, literal } = oriented(x, y);
  const { property, read } = pathOf(reader, table, path);
  const wanted = fold(storedValue(property, literal, operator));
  // `1 lt column` is `column gt 1`.
  const turned = x.kind === 'literal' ? comparers[mirrored[operator]] : compared;
  return (row) => turned(fold(read(row)), wanted);
}

function oriented(left: Operand, right: Operand) {
  if (left.kind === 'path' && right.kind === 'literal') return { path: left.path, literal: right.literal };
  if (left.kind === 'literal' && right.kind === 'path') return { path: right.path, literal: left.literal };
  throw badQuery('A comparison needs a property.');
}

const mirrored: Record<Comparison, Comparison> = { eq: 'eq', ne: 'ne', gt: 'lt', lt: 'gt', ge: 'le', le: 'ge' };

/** Nothing is less or greater than null; null differs from every value. */
const comparers: Record<Comparison, (a: Scalar, b: Scalar) => boolean> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  gt: (a, b) => a !== null && b !== null && a > b,
  ge: (a, b) => a !== null && b !== null && a >= b,
  lt: (a, b) => a !== null && b !== null && a < b,
  le: (a, b) => a !== null && b !== null && a <= b,
};

function textTest(reader: Reader, table: Table, { name, path, value }: Of<'text'>): Test {
  const { property, read } = pathOf(reader, table, path);
  requireText(property, name);
  const wanted = value.toLowerCase();
  const test = {
    contains: (text: string) => text.includes(wanted),
    startswith: (text: string) => text.startsWith(wanted),
    endswith: (text: string) => text.endsWith(wanted),
  }[name];
  return (row) => {
    const found = read(row);
    return typeof found === 'string' && test(found.toLowerCase());
  };
}

function requireText({ column }: Property, name: string): void {
  if (edmTypes[column.type] !== 'Edm.String')
    throw badQuery(`No function signature for the function with name '${name}' matches the specified arguments.`);
}

function lambda(reader: Reader, table: Table, { path, quantifier, body }: Of<'lambda'>): Test {
  const { table: from, follow } = walk(reader, table, path.slice(0, -1));
  const name = path.at(-1) ?? '';
  const relation = reader.schema.navigations(from).collection.get(name);
  const related = relation && reader.schema.table(relation.referencing);
  if (!related) throw unknownProperty(name, from.logicalName);
  const test = body ? compile(reader, related, body) : () => true;
  return (row) => {
    const parent = follow(row);
    const rows = parent ? reader.related(parent, relation) : [];
    return quantifier === 'any' ? rows.some(test) : rows.every(test);
  };
}
