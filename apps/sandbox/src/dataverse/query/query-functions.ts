import { badQuery } from '../failure.js';
import type { Property } from '../property.js';
import type { Row } from '../row.js';
import { columnOf, type Table } from '../schema/table.js';
import { edmTypes } from '../value.js';
import type { Test } from './compile.js';
import type { Expression } from './expression.js';
import { hierarchyFunctions } from './hierarchy.js';
import { fold, instant, storedValue } from './literal.js';
import { pathOf, walk, type Path } from './path.js';
import { periodOf, type Period } from './periods.js';
import type { Reader, Scalar } from './reader.js';
import type { Literal } from './tokens.js';

type Call = Extract<Expression, { kind: 'query function' }>;

/** What a function makes of its property and values: whether it holds for a value. */
type Make = (given: Given) => (value: Scalar) => boolean;

interface Given {
  reader: Reader;
  property: Property;
  values: Literal[];
  name: string;
}

/**
 * Dataverse's own functions, which stand in a filter as `Microsoft.Dynamics.CRM.<name>(PropertyName=…)`. Days begin at
 * midnight UTC here; at Microsoft, in the user's time zone.
 * @throws DataverseFailure for one that isn't served
 */
export function queryFunction(reader: Reader, table: Table, { name, property: names, values }: Call): Test {
  const { property, read } = columnPath(reader, table, names);
  const make = own(functions, name) ?? hierarchical(table, name) ?? periodFunction(name);
  if (!make) throw badQuery(`An unknown function with name 'Microsoft.Dynamics.CRM.${name.slice(0, 60)}' was found.`);
  const holds = make({ reader, property, values, name });
  return (row: Row) => holds(fold(read(row)));
}

/** A lookup is named by its logical name here, and not as reading names it. */
function columnPath(reader: Reader, table: Table, names: readonly string[]): Path {
  const owner = walk(reader, table, names.slice(0, -1)).table;
  const last = names.at(-1) ?? '';
  const property = columnOf(owner, last)?.targets ? `_${last}_value` : last;
  return pathOf(reader, table, [...names.slice(0, -1), property]);
}

const functions: Partial<Record<string, Make>> = {
  In: oneOf,
  NotIn: (given) => not(oneOf(given)),
  Between: between,
  NotBetween: (given) => not(between(given)),
  EqualUserId: ({ reader }) => is(reader.member.userId),
  NotEqualUserId: ({ reader }) => not(is(reader.member.userId)),
  EqualBusinessId: ({ reader }) => is(reader.member.businessUnitId),
  NotEqualBusinessId: ({ reader }) => not(is(reader.member.businessUnitId)),
  EqualUserTeams: ({ reader }) => among(reader.member.teams),
  EqualUserOrUserTeams: ({ reader }) => among([reader.member.userId, ...reader.member.teams]),
  ContainValues: ({ values }) => overlaps(values),
  DoesNotContainValues: ({ values }) => not(overlaps(values)),
  On: (given) => within(day(given)),
  OnOrAfter: (given) => (value) => value !== null && value >= day(given).from,
  OnOrBefore: (given) => (value) => value !== null && value < day(given).to,
  NotOn: (given) => not(within(day(given))),
};

/** A name comes from outside: what every object inherits is none of ours. */
function own<T>(record: Partial<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function hierarchical(table: Table, name: string): Make | undefined {
  const make = own(hierarchyFunctions, name);
  return make && (({ reader, values }) => make(reader, table, String(values[0]?.value ?? '').toLowerCase()));
}

function periodFunction(name: string): Make | undefined {
  const needsNumber = /X(?:Minutes|Hours|Days|Weeks|Months|Years)$/.test(name);
  if (!periodOf(name, 1, new Date())) return undefined;
  return ({ values, property }) => {
    requireTime(property, name);
    const period = periodOf(name, needsNumber ? wholeNumber(values[0], name) : 0, new Date());
    return period ? within(period) : () => false;
  };
}

function requireTime({ column }: Property, name: string): void {
  if (column.type !== 'DateTime') throw badQuery(`The function '${name}' needs a date.`);
}

function wholeNumber(literal: Literal | undefined, name: string): number {
  const number = Number(literal?.value);
  if (Number.isInteger(number) && number > 0 && number <= 100_000) return number;
  throw badQuery(`The function '${name}' needs a whole number above 0.`);
}

/** Values come as numbers, or as texts whatever the column's type is. */
function stored(property: Property, literal: Literal): Scalar {
  if (literal.kind !== 'string') return fold(storedValue(property, literal, 'eq'));
  const type = edmTypes[property.column.type];
  if (type === 'Edm.String' || type === 'Edm.Guid') return literal.value.toLowerCase();
  if (type === 'Edm.Boolean') return literal.value === 'true' || literal.value === '1';
  if (type === 'Edm.DateTimeOffset')
    return fold(property.column.dateBehavior === 'DateOnly' ? literal.value.slice(0, 10) : instant(literal.value));
  const number = Number(literal.value);
  if (Number.isNaN(number)) throw badQuery(`'${literal.value.slice(0, 60)}' is not a number.`);
  return number;
}

function oneOf({ property, values, name }: Given): (value: Scalar) => boolean {
  if (values.length === 0) throw badQuery(`The function '${name}' needs values.`);
  return among(values.map((literal) => stored(property, literal)));
}

function between({ property, values, name }: Given): (value: Scalar) => boolean {
  const [low, high] = values.map((literal) => stored(property, literal));
  if (values.length !== 2 || low === null || high === null || low === undefined || high === undefined)
    throw badQuery(`The function '${name}' needs two values.`);
  return (value) => value !== null && value >= low && value <= high;
}

function overlaps(values: readonly Literal[]): (value: Scalar) => boolean {
  const wanted = new Set(values.map(({ value }) => String(value)));
  return (value) => typeof value === 'string' && value.split(',').some((one) => wanted.has(one));
}

function day({ values, property, name }: Given): Period {
  requireTime(property, name);
  const from = instant(String(values[0]?.value ?? '')).slice(0, 10);
  const to = new Date(Date.parse(`${from}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  return { from, to };
}

/** A day's text stands before the text of every time on it, so that days and times compare as texts. */
function within({ from, to }: Period): (value: Scalar) => boolean {
  const [low, high] = [from.toLowerCase(), to.toLowerCase()];
  return (value) => typeof value === 'string' && value >= low && value < high;
}

function among(wanted: readonly Scalar[]): (value: Scalar) => boolean {
  const set = new Set(wanted);
  return (value) => set.has(value);
}

function is(wanted: Scalar): (value: Scalar) => boolean {
  return (value) => value === wanted;
}

function not(test: (value: Scalar) => boolean): (value: Scalar) => boolean {
  return (value) => !test(value);
}
