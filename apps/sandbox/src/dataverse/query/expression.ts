import { badQuery } from '../failure.js';
import { tokenize, type Literal, type Token } from './tokens.js';

export const comparisons = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const;
export type Comparison = (typeof comparisons)[number];
export const textFunctions = ['contains', 'startswith', 'endswith'] as const;

export type Operand = { kind: 'literal'; literal: Literal } | { kind: 'path'; path: string[] };

/** `$filter` as a tree. */
export type Expression =
  | { kind: 'and' | 'or'; left: Expression; right: Expression }
  | { kind: 'not'; operand: Expression }
  | { kind: 'compare'; operator: Comparison; left: Operand; right: Operand }
  | { kind: 'text'; name: (typeof textFunctions)[number]; path: string[]; value: string }
  | { kind: 'query function'; name: string; property: string[]; values: Literal[] }
  | { kind: 'lambda'; path: string[]; quantifier: 'any' | 'all'; body?: Expression };

export type Aliases = ReadonlyMap<string, string>;

const DEEPEST = 50;
/** As many as a query of Dataverse may have. */
const MOST = 500;
const NAMESPACE = 'Microsoft.Dynamics.CRM.';

/**
 * Reads `$filter`.
 * @param aliases values of the parameters (`@name`) that may stand for literals
 * @throws DataverseFailure for what isn't OData, and for what Dataverse doesn't have of it
 */
export function parseFilter(text: string, aliases: Aliases = new Map()): Expression {
  return new Parser(tokenize(text), aliases, text).whole();
}

class Parser {
  private at = 0;
  private depth = 0;
  private conditions = 0;
  private readonly variables: string[] = [];

  constructor(
    private readonly tokens: readonly Token[],
    private readonly aliases: Aliases,
    private readonly text: string,
  ) {}

  whole(): Expression {
    const found = this.disjunction();
    if (this.at < this.tokens.length) throw this.syntax();
    return found;
  }

  private disjunction(): Expression {
    if (++this.depth > DEEPEST) throw badQuery('The node count limit of the query has been exceeded.');
    let left = this.conjunction();
    while (this.takes('or')) left = { kind: 'or', left, right: this.conjunction() };
    this.depth--;
    return left;
  }

  private conjunction(): Expression {
    let left = this.negation();
    while (this.takes('and')) left = { kind: 'and', left, right: this.negation() };
    return left;
  }

  private negation(): Expression {
    let negations = 0;
    while (this.takes('not')) negations++;
    const operand = this.primary();
    return negations % 2 === 0 ? operand : { kind: 'not', operand };
  }

  private primary(): Expression {
    if (this.takes('(')) {
      const inner = this.disjunction();
      this.expect(')');
      return inner;
    }
    const token = this.tokens[this.at];
    if (token?.kind === 'name' && this.tokens[this.at + 1]?.text === '(') return this.call(token.text);
    const left = this.operand();
    if (left.kind === 'path' && this.takes('(')) return this.lambda(left.path);
    return this.comparison(left);
  }

  private call(name: string): Expression {
    this.at += 2;
    if (name.startsWith(NAMESPACE)) return this.queryFunction(name.slice(NAMESPACE.length));
    const known = textFunctions.find((one) => one === name);
    if (!known) throw badQuery(`An unknown function with name '${name.slice(0, 60)}' was found.`);
    const property = this.operand();
    this.expect(',');
    const value = this.literal();
    this.expect(')');
    if (property.kind !== 'path' || value.kind !== 'string')
      throw badQuery(`No function signature for the function with name '${name}' matches the specified arguments.`);
    const test: Expression = { kind: 'text', name: known, path: property.path, value: value.value };
    // Written out as `contains(…) eq true` by some clients.
    if (!this.takes('eq')) return test;
    const wanted = this.literal();
    return wanted.value === false ? { kind: 'not', operand: test } : test;
  }

  /** `Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=['a','b'])` */
  private queryFunction(name: string): Expression {
    let property: string[] = [];
    const values: Literal[] = [];
    while (!this.takes(')')) {
      const parameter = this.next().text;
      this.expect('=');
      if (parameter === 'PropertyName') property = String(this.literal().value).split('/');
      else if (/^PropertyValues?$|^PropertyValue[12]$/.test(parameter)) values.push(...this.list());
      else throw badQuery(`'${parameter.slice(0, 60)}' is no parameter of the function '${name.slice(0, 60)}'.`);
      this.takes(',');
    }
    return { kind: 'query function', name, property, values };
  }

  private list(): Literal[] {
    const token = this.tokens[this.at];
    if (token?.kind === 'alias') {
      this.at++;
      const value = this.aliases.get(token.text) ?? '';
      return new Parser(tokenize(value), new Map(), value).list();
    }
    if (!this.takes('[')) return [this.literal()];
    const values: Literal[] = [];
    while (!this.takes(']')) {
      values.push(this.literal());
      this.takes(',');
    }
    return values;
  }

  private lambda(path: string[]): Expression {
    const quantifier = path.at(-1);
    if (quantifier !== 'any' && quantifier !== 'all')
      throw badQuery(`An unknown function with name '${path.join('/')}' was found.`);
    const head = { kind: 'lambda', path: path.slice(0, -1), quantifier } as const;
    if (head.path.length === 0) throw this.syntax();
    if (this.takes(')')) return head;
    this.variables.push(this.next().text);
    this.expect(':');
    const body = this.disjunction();
    this.variables.pop();
    this.expect(')');
    return { ...head, body };
  }

  private comparison(left: Operand): Expression {
    if (++this.conditions > MOST) throw badQuery('Number of conditions in query exceeded maximum limit.');
    const word = this.next().text;
    const operator = comparisons.find((one) => one === word);
    if (!operator)
      throw badQuery(`Syntax error: '${word.slice(0, 60)}' is no operator in '${this.text.slice(0, 200)}'.`);
    return { kind: 'compare', operator, left, right: this.operand() };
  }

  private operand(): Operand {
    const token = this.tokens[this.at];
    if (token?.kind !== 'name') return { kind: 'literal', literal: this.literal() };
    this.at++;
    const path = [token.text];
    while (this.takes('/')) path.push(this.next().text);
    // Inside a lambda, names begin with its variable.
    return { kind: 'path', path: path.length > 1 && path[0] === this.variables.at(-1) ? path.slice(1) : path };
  }

  private literal(): Literal {
    const token = this.next();
    if (token.kind === 'literal') return token.literal;
    if (token.kind !== 'alias') throw this.syntax();
    const [value, second] = tokenize(this.aliases.get(token.text) ?? '');
    if (value?.kind === 'literal' && !second) return value.literal;
    throw badQuery(`The parameter ${token.text.slice(0, 60)} has no value that fits.`);
  }

  private takes(text: string): boolean {
    const token = this.tokens[this.at];
    if (token?.text !== text || token.kind === 'literal') return false;
    this.at++;
    return true;
  }

  private expect(text: string): void {
    if (!this.takes(text)) throw this.syntax();
  }

  private next(): Token {
    const token = this.tokens[this.at++];
    if (!token) throw this.syntax();
    return token;
  }

  private syntax(): Error {
    const found = this.tokens[this.at]?.text ?? 'the end';
    return badQuery(`Syntax error at '${found.slice(0, 60)}' in '${this.text.slice(0, 200)}'.`);
  }
}
