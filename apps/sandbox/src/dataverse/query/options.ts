import { badQuery } from '../failure.js';
import { parseFilter, type Aliases, type Expression } from './expression.js';
import { splitOutside } from './split.js';

export interface Order {
  path: string[];
  descending: boolean;
}

export interface QueryOptions {
  select?: string[];
  filter?: Expression;
  expand?: Expansion[];
  top?: number;
  orderBy?: Order[];
  count: boolean;
  apply?: string;
  skipToken?: string;
  aliases: Aliases;
}

export interface Expansion {
  property: string;
  /** `property/$ref`: only where the row is. */
  reference: boolean;
  options: QueryOptions;
  /** The options as they were written, for links. */
  written: string;
}

const served = ['$select', '$filter', '$expand', '$top', '$orderby', '$count', '$apply', '$skiptoken', '$id'];
const servedInside = ['$select', '$filter', '$expand', '$top', '$orderby'];
const MOST_EXPANSIONS = 15;
const DEEPEST = 10;

/** Reads a query string; parameters without `$` or `@` are the caller's own, as `tag` is, and are passed over. */
export function readQuery(query: string): QueryOptions {
  const given = [...new URLSearchParams(query)];
  return readOptions(given, new Map(given.filter(([name]) => name.startsWith('@'))), 0);
}

function readOptions(given: [string, string][], aliases: Aliases, depth: number): QueryOptions {
  if (depth > DEEPEST) throw badQuery('$expand is nested too deeply.');
  const known = depth === 0 ? served : servedInside;
  const options = new Map<string, string>();
  for (const [name, value] of given.filter(([name]) => name.startsWith('$'))) {
    if (!known.includes(name)) throw badQuery(`The query parameter ${name.slice(0, 60)} is not supported.`);
    if (options.has(name)) throw badQuery(`Query option '${name}' was specified more than once.`);
    options.set(name, value);
  }
  const [select, filter, expand, top, orderBy, , apply, skipToken] = served.map((name) => options.get(name));
  return {
    aliases,
    count: options.get('$count') === 'true',
    ...(select === undefined ? {} : { select: names(select) }),
    ...(filter === undefined ? {} : { filter: parseFilter(filter, aliases) }),
    ...(expand === undefined ? {} : { expand: readExpansions(expand, aliases, depth) }),
    ...(top === undefined ? {} : { top: readTop(top) }),
    ...(orderBy === undefined ? {} : { orderBy: names(orderBy).map(readOrder) }),
    ...(apply === undefined ? {} : { apply }),
    ...(skipToken === undefined ? {} : { skipToken }),
  };
}

function readExpansions(text: string, aliases: Aliases, depth: number): Expansion[] {
  const parts = splitOutside(text, ',');
  if (parts.length > MOST_EXPANSIONS)
    throw badQuery(`At most ${MOST_EXPANSIONS} $expand options are allowed in a query.`);
  return parts.map((part) => readExpansion(part, aliases, depth));
}

function readExpansion(text: string, aliases: Aliases, depth: number): Expansion {
  const match = /^(\w+)(\/\$ref)?(?:\((.*)\))?$/s.exec(text.trim());
  if (!match) throw badQuery(`Syntax error in $expand: ${text.slice(0, 200)}`);
  const [, property = '', reference, inner = ''] = match;
  const parts = inner === '' ? [] : splitOutside(inner, ';');
  const options = readOptions(parts.map(readPair), aliases, depth + 1);
  return { property, reference: reference !== undefined, options, written: parts.join('&') };
}

function readPair(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 0) throw badQuery(`Syntax error in $expand: ${text.slice(0, 200)}`);
  return [text.slice(0, at).trim(), text.slice(at + 1)];
}

function readTop(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw badQuery(`Invalid value '${text.slice(0, 40)}' for $top query option found.`);
  return Number(text);
}

function readOrder(text: string): Order {
  const match = /^(\w+(?:\/\w+)*)(?:\s+(asc|desc))?$/.exec(text);
  if (!match) throw badQuery(`Syntax error in $orderby: ${text.slice(0, 200)}`);
  return { path: (match[1] ?? '').split('/'), descending: match[2] === 'desc' };
}

function names(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}
