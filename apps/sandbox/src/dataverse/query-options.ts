import { badQuery } from './failure.js';
import { parseFilter, type Condition } from './filter.js';

export interface QueryOptions {
  select?: string[];
  filter?: Condition[];
  expand?: Expansion[];
  top?: number;
  orderBy?: { path: string; descending: boolean }[];
  count: boolean;
}

export interface Expansion {
  property: string;
  options: QueryOptions;
}

const served = ['$select', '$filter', '$expand', '$top', '$orderby', '$count'];

/** Reads a query string; parameters without `$` or `@` are the caller's own and are passed over. */
export function readQuery(query: string): QueryOptions {
  const given = [...new URLSearchParams(query)];
  return readOptions(given, new Map(given.filter(([name]) => name.startsWith('@'))));
}

function readOptions(given: [string, string][], aliases?: ReadonlyMap<string, string>): QueryOptions {
  const options = new Map(given.filter(([name]) => name.startsWith('$')));
  for (const name of options.keys())
    if (!served.includes(name)) throw badQuery(`The query parameter ${name} is not supported.`);
  const [select, filter, expand, top, orderBy] = served.map((name) => options.get(name));
  return {
    count: options.get('$count') === 'true',
    ...(select === undefined ? {} : { select: names(select) }),
    ...(filter === undefined ? {} : { filter: parseFilter(filter, aliases) }),
    ...(expand === undefined ? {} : { expand: splitOutside(expand, ',').map(readExpansion) }),
    ...(top === undefined ? {} : { top: readTop(top) }),
    ...(orderBy === undefined ? {} : { orderBy: names(orderBy).map(readOrder) }),
  };
}

function readExpansion(text: string): Expansion {
  const match = /^(\w+)(?:\((.*)\))?$/s.exec(text.trim());
  if (!match) throw badQuery(`Syntax error in $expand: ${text.slice(0, 200)}`);
  const [, property = '', inner] = match;
  const pairs = inner === undefined ? [] : splitOutside(inner, ';').map(readPair);
  return { property, options: readOptions(pairs) };
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

function readOrder(text: string): { path: string; descending: boolean } {
  const match = /^(\w+)(?:\s+(asc|desc))?$/.exec(text);
  if (!match) throw badQuery(`Syntax error in $orderby: ${text.slice(0, 200)}`);
  return { path: match[1] ?? '', descending: match[2] === 'desc' };
}

function names(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

/** Splits where the separator stands outside parentheses and quotes. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === "'") quoted = !quoted;
    else if (quoted) continue;
    else if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === separator && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)];
}
