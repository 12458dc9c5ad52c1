import { badQuery } from '../failure.js';
import type { Property } from '../property.js';
import { edmTypes } from '../value.js';
import type { Comparison } from './expression.js';
import type { Scalar } from './reader.js';
import type { Literal } from './tokens.js';

const kinds: Partial<Record<string, readonly Literal['kind'][]>> = {
  'Edm.Guid': ['guid'],
  // A GUID or a date between quotes is a string; without them, it is none.
  'Edm.String': ['string'],
  'Edm.Boolean': ['boolean'],
  'Edm.DateTimeOffset': ['date'],
};

const literalTypes: Record<Exclude<Literal['kind'], 'null'>, string> = {
  string: 'Edm.String',
  guid: 'Edm.Guid',
  number: 'Edm.Int32',
  boolean: 'Edm.Boolean',
  date: 'Edm.DateTimeOffset',
  enum: 'Edm.Enum',
};

/**
 * A literal as the column would hold it.
 * @throws DataverseFailure where its type doesn't go with the column's
 */
export function storedValue({ column }: Property, { kind, value }: Literal, operator: Comparison): Scalar {
  if (kind === 'null') return null;
  const type = edmTypes[column.type];
  if (!(kinds[type] ?? ['number']).includes(kind)) throw incompatible(type, literalTypes[kind], operator);
  if (kind !== 'date') return value;
  return column.dateBehavior === 'DateOnly' ? value.slice(0, 10) : instant(value);
}

export function incompatible(left: string, right: string, operator: Comparison): Error {
  const names = {
    eq: 'Equal',
    ne: 'NotEqual',
    gt: 'GreaterThan',
    ge: 'GreaterThanOrEqual',
    lt: 'LessThan',
    le: 'LessThanOrEqual',
  };
  return badQuery(
    `A binary operator with incompatible types was detected. Found operand types '${left}' and '${right}' for operator kind '${names[operator]}'.`,
  );
}

/** Times are kept to the second, in UTC. */
export function instant(text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw badQuery(`'${text.slice(0, 60)}' is not a time.`);
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** Texts are compared without regard to case. */
export function fold(value: Scalar): Scalar {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
