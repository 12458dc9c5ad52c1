import { badQuery } from './failure.js';

export type Literal =
  | { kind: 'string' | 'guid' | 'date'; value: string }
  | { kind: 'number'; value: number }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'null'; value: null };

export interface Condition {
  path: string;
  operator: 'eq' | 'ne';
  literal: Literal;
}

const TOKEN =
  /\s*(?:([()])|('(?:[^']|'')*')|([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})|(\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?)|(-?\d+(?:\.\d+)?)|([A-Za-z_@][\w./@]*))/giy;

/**
 * Reads `$filter`: comparisons with eq or ne, joined by `and`, with parentheses around any of them.
 * @param aliases values of the parameters (`@name`) that may stand for literals
 * @throws DataverseFailure for every other form
 */
export function parseFilter(text: string, aliases: ReadonlyMap<string, string> = new Map()): Condition[] {
  const tokens = tokenize(text).map((token) => resolved(token, aliases));
  const conditions = conjunction(tokens);
  if (tokens.length > 0) throw syntax(text);
  return conditions;
}

interface Token {
  text: string;
  literal?: Literal;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (!match) throw syntax(text);
    tokens.push(tokenOf(match));
  }
  return tokens;
}

function tokenOf([, paren, string, guid, day, number, word]: RegExpExecArray): Token {
  if (string !== undefined) return literal(string, 'string', string.slice(1, -1).replaceAll("''", "'"));
  if (guid !== undefined) return literal(guid, 'guid', guid.toLowerCase());
  if (day !== undefined) return literal(day, 'date', day);
  if (number !== undefined) return { text: number, literal: { kind: 'number', value: Number(number) } };
  if (word === 'true' || word === 'false') return { text: word, literal: { kind: 'boolean', value: word === 'true' } };
  if (word === 'null') return { text: word, literal: { kind: 'null', value: null } };
  return { text: word ?? paren ?? '' };
}

function resolved(token: Token, aliases: ReadonlyMap<string, string>): Token {
  if (token.literal || !token.text.startsWith('@')) return token;
  const [value, second] = tokenize(aliases.get(token.text) ?? '');
  if (!value?.literal || second) throw syntax(`parameter ${token.text}`);
  return value;
}

function literal(text: string, kind: 'string' | 'guid' | 'date', value: string): Token {
  return { text, literal: { kind, value } };
}

function conjunction(tokens: Token[]): Condition[] {
  const conditions = term(tokens);
  while (tokens[0]?.text === 'and') {
    tokens.shift();
    conditions.push(...term(tokens));
  }
  return conditions;
}

function term(tokens: Token[]): Condition[] {
  const first = tokens.shift();
  if (first?.text !== '(' || first.literal) return [comparison(first, tokens)];
  const inner = conjunction(tokens);
  if (tokens.shift()?.text !== ')') throw syntax('a parenthesis that is not closed');
  return inner;
}

function comparison(path: Token | undefined, tokens: Token[]): Condition {
  const operator = tokens.shift()?.text;
  const value = tokens.shift()?.literal;
  if (!path || path.literal || !/^[A-Za-z_]/.test(path.text) || !value) throw syntax(path?.text ?? 'an empty filter');
  if (operator !== 'eq' && operator !== 'ne') throw syntax(`operator '${operator ?? ''}'`);
  return { path: path.text, operator, literal: value };
}

function syntax(what: string): Error {
  return badQuery(`Syntax error in $filter, or a form that is not served here: ${what.slice(0, 200)}`);
}
