import { badQuery } from '../failure.js';

export type Literal =
  | { kind: 'string' | 'guid' | 'date' | 'enum'; value: string }
  | { kind: 'number'; value: number }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'null'; value: null };

export type Token =
  { kind: 'literal'; text: string; literal: Literal } | { kind: 'name' | 'alias' | 'sign'; text: string };

const TOKEN =
  /\s*(?:([(),:/[\]=])|([\w.]*'(?:[^']|'')*')|("(?:[^"\\]|\\.)*")|([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![\w-]))|(\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?)|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(@[\w.]+)|([A-Za-z_$][\w.$]*))/giy;

/**
 * Splits the text of an expression.
 * @throws DataverseFailure for characters that begin nothing
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw badQuery(`Syntax error at position ${from} in '${text.slice(0, 200)}'.`);
    tokens.push(tokenOf(match));
  }
  return tokens;
}

function tokenOf([, sign, quoted, json, guid, day, number, alias, word]: RegExpExecArray): Token {
  if (sign !== undefined) return { kind: 'sign', text: sign };
  if (quoted !== undefined) return quotedLiteral(quoted);
  if (json !== undefined) return literal(json, { kind: 'string', value: unescaped(json) });
  if (guid !== undefined) return literal(guid, { kind: 'guid', value: guid.toLowerCase() });
  if (day !== undefined) return literal(day, { kind: 'date', value: day });
  if (number !== undefined) return literal(number, { kind: 'number', value: Number(number) });
  if (alias !== undefined) return { kind: 'alias', text: alias };
  if (word === 'true' || word === 'false') return literal(word, { kind: 'boolean', value: word === 'true' });
  if (word === 'null') return literal(word, { kind: 'null', value: null });
  return { kind: 'name', text: word ?? '' };
}

/** `'text'`, or `Namespace.Type'Member'` for a member of an enumeration. */
function quotedLiteral(text: string): Token {
  const at = text.indexOf("'");
  const value = text.slice(at + 1, -1).replaceAll("''", "'");
  return literal(text, { kind: at === 0 ? 'string' : 'enum', value });
}

function unescaped(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    throw badQuery(`Syntax error in the text ${json.slice(0, 100)}.`);
  }
}

function literal(text: string, value: Literal): Token {
  return { kind: 'literal', text, literal: value };
}
