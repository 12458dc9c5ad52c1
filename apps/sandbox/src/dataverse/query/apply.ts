import { badQuery } from '../failure.js';
import type { Row } from '../row.js';
import type { Table } from '../schema/table.js';
import { parseFilter, type Aliases } from './expression.js';
import { formatted } from './format.js';
import { fold } from './literal.js';
import { pathOf, type Path } from './path.js';
import type { Reader, Scalar } from './reader.js';
import { narrowed, search } from './search.js';
import { splitOutside } from './split.js';

/** More rows than this can't be aggregated. */
const MOST_ROWS = 50_000;

type Json = Record<string, unknown>;
type Method = 'sum' | 'min' | 'max' | 'average' | 'countdistinct';

const FORMATTED = '@OData.Community.Display.V1.FormattedValue';

/** One value of a result, also as a person reads it. */
interface Cell {
  name: string;
  value: Scalar;
  formatted: string | undefined;
}

type Aggregate = (rows: readonly Row[]) => Cell;

interface Asked {
  aliases: Aliases;
  /** Whether values are wanted as a person reads them, too. */
  formats: boolean;
}

/**
 * `$apply` as far as Dataverse has it: `filter(…)`, then `groupby(…)` or `aggregate(…)`. Columns without a value are left
 * out, and a path's last name follows the name of its table (`contact_fullname`).
 * @throws DataverseFailure for every other form
 */
export function applied(reader: Reader, table: Table, text: string, { aliases, formats }: Asked): Json[] {
  let rows = search(reader, table, {});
  const steps = splitOutside(text, '/');
  for (const [at, step] of steps.entries()) {
    const [, name = '', inner = ''] = /^(\w+)\((.*)\)$/s.exec(step.trim()) ?? [];
    if (name === 'filter') {
      rows = narrowed(reader, table, rows, { filter: parseFilter(inner, aliases) });
      continue;
    }
    if (at < steps.length - 1 || (name !== 'groupby' && name !== 'aggregate')) throw unserved(step);
    if (rows.length > MOST_ROWS) throw tooMany();
    const results =
      name === 'groupby'
        ? grouped(reader, table, rows, inner)
        : [aggregates(reader, table, inner).map((of) => of(rows))];
    return results.map((cells) => shown(cells, formats));
  }
  throw unserved(text);
}

function grouped(reader: Reader, table: Table, rows: readonly Row[], inner: string): Cell[][] {
  const [keysText = '', aggregateText, more] = splitOutside(inner, ',').map((part) => part.trim());
  const keyNames = /^\((.+)\)$/s.exec(keysText)?.[1]?.split(',');
  if (!keyNames || more !== undefined) throw unserved(inner);
  const keys = keyNames.map((name) => keyOf(reader, table, name.trim().split('/')));
  const inside = aggregateText === undefined ? '' : /^aggregate\((.*)\)$/s.exec(aggregateText)?.[1];
  if (inside === undefined) throw unserved(inner);
  const wanted = inside === '' ? [] : aggregates(reader, table, inside);
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const id = JSON.stringify(keys.map(({ path }) => fold(path.read(row))));
    const group = groups.get(id);
    if (group) group.push(row);
    else groups.set(id, [row]);
  }
  return [...groups.values()].map((group) => [
    ...keys.map(({ name, path }) => cellOf(reader, name, path, group, path.read)),
    ...wanted.map((of) => of(group)),
  ]);
}

function cellOf(
  reader: Reader,
  name: string,
  { property }: Path,
  rows: readonly Row[],
  of: (row: Row) => Scalar,
): Cell {
  const [row] = rows;
  const value = row ? of(row) : null;
  return { name, value, formatted: row && value !== null ? formatted(reader, row, property.column, value) : undefined };
}

function keyOf(reader: Reader, table: Table, names: string[]): { name: string; path: Path } {
  const path = pathOf(reader, table, names);
  if (path.property.column.type === 'DateTime') throw badQuery('groupby with datetime values is not supported.');
  return { name: names.length > 1 ? `${path.table.logicalName}_${path.property.name}` : path.property.name, path };
}

/** Values that are not there are left out. */
function shown(cells: readonly Cell[], formats: boolean): Json {
  const found: Json = {};
  for (const { name, value, formatted: text } of cells) {
    if (value === null) continue;
    if (formats && text !== undefined) found[`${name}${FORMATTED}`] = text;
    found[name] = value;
  }
  return found;
}

function aggregates(reader: Reader, table: Table, text: string): Aggregate[] {
  return splitOutside(text, ',').map((part) => {
    const [, count, property = '', method = '', alias = ''] =
      /^\s*(?:(\$count)|([\w/]+)\s+with\s+(\w+))\s+as\s+(\w+)\s*$/.exec(part) ?? [];
    if (alias === '') throw unserved(part);
    if (count !== undefined)
      return (rows) => ({ name: alias, value: rows.length, formatted: rows.length.toLocaleString('en-US') });
    const path = pathOf(reader, table, property.split('/'));
    if (!Object.hasOwn(methods, method)) throw unserved(part);
    const combine = methods[method as Method];
    return (rows) => {
      const value = combine(rows.map((row) => path.read(row)).filter((one) => one !== null));
      return cellOf(reader, alias, path, rows, () => value);
    };
  });
}

const methods: Record<Method, (values: Scalar[]) => Scalar> = {
  sum: (values) => sum(values),
  average: (values) => (values.length === 0 ? null : sum(values) / values.length),
  min: (values) => extreme(values, (a, b) => a < b),
  max: (values) => extreme(values, (a, b) => a > b),
  countdistinct: (values) => new Set(values.map(fold)).size,
};

function sum(values: readonly Scalar[]): number {
  return values.reduce<number>((total, value) => total + Number(value), 0);
}

function extreme(
  values: readonly Scalar[],
  better: (a: NonNullable<Scalar>, b: NonNullable<Scalar>) => boolean,
): Scalar {
  return values.reduce(
    (best, value) => (best === null || (value !== null && better(value, best)) ? value : best),
    null,
  );
}

function unserved(part: string): Error {
  return badQuery(`The $apply option is not supported in this form: '${part.slice(0, 200)}'.`);
}

function tooMany(): Error {
  return badQuery('AggregateQueryRecordLimit exceeded. Cannot perform this operation.', '0x8004e023');
}
