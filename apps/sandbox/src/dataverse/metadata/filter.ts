import { badQuery } from '../failure.js';
import type { Comparison, Expression, Operand } from '../query/expression.js';
import type { Json } from './label.js';

type Test = (item: Json) => boolean;
type Scalar = string | number | boolean | null;

/**
 * A filter over definitions. Members of enumerations are compared by their names.
 * @throws DataverseFailure for forms that definitions don't take
 */
export function jsonTest(expression: Expression | undefined): Test {
  return expression ? compile(expression) : () => true;
}

function compile(expression: Expression): Test {
  switch (expression.kind) {
    case 'and': {
      const [left, right] = [compile(expression.left), compile(expression.right)];
      return (item) => left(item) && right(item);
    }
    case 'or': {
      const [left, right] = [compile(expression.left), compile(expression.right)];
      return (item) => left(item) || right(item);
    }
    case 'not': {
      const operand = compile(expression.operand);
      return (item) => !operand(item);
    }
    case 'compare': {
      const { operator, left, right } = expression;
      return (item) => compared[operator](operandOf(item, left), operandOf(item, right));
    }
    default:
      throw badQuery('The filter of definitions takes comparisons only.');
  }
}

function operandOf(item: Json, operand: Operand): Scalar {
  if (operand.kind === 'literal') return operand.literal.value;
  const found = at(item, operand.path);
  return typeof found === 'object' ? null : (found as Scalar);
}

const compared: Record<Comparison, (a: Scalar, b: Scalar) => boolean> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  gt: (a, b) => a !== null && b !== null && a > b,
  ge: (a, b) => a !== null && b !== null && a >= b,
  lt: (a, b) => a !== null && b !== null && a < b,
  le: (a, b) => a !== null && b !== null && a <= b,
};

export function at(item: Json, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      throw badQuery(`Could not find a property named '${name.slice(0, 60)}' on the metadata type.`);
    return (value as Json)[name];
  }, item);
}
