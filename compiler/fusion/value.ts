import { addDims, canonicalDim, divideDims, multiplyDims, subtractDims } from '../../dsl/shape/dim.ts';
import type { Dim, Tensor } from '../../dsl/tensor.ts';
import type { Comparison, Expression } from './syntax.ts';

/** What an expression of a rule comes to: a number, an open size such as `'past+text'`, a word, or a list. */
export type Value = number | string | boolean | readonly Value[];

export interface Environment {
  readonly tensors: ReadonlyMap<string, Tensor | undefined>;
  readonly values: ReadonlyMap<string, Value>;
}

const MOST_AXES = 16;

interface FunctionRule {
  /** What the first argument is. */
  readonly takes: 'tensor' | 'value';
  /** How many arguments; undefined for any number. */
  readonly count: number | undefined;
}

/** The functions of the rule language. */
export const FUNCTIONS: Readonly<Record<string, FunctionRule>> = {
  /** `size(x, 1)`: the size of an axis, which may count from the end. */
  size: { takes: 'tensor', count: 2 },
  rank: { takes: 'tensor', count: 1 },
  shape: { takes: 'tensor', count: 1 },
  dtype: { takes: 'tensor', count: 1 },
  /** The square root of a number. */
  sqrt: { takes: 'value', count: 1 },
  /** `dims(batch, 2*text)`: sizes as operators hold them in attributes such as reshape's `shape`. */
  dims: { takes: 'value', count: undefined },
  /** `padded(mask, 4)`: the shape with axes of size 1 in front up to a rank, as `dims` would give it. */
  padded: { takes: 'tensor', count: 2 },
  /** `first(factor, 1 / divisor, 1)`: the first that has a value in this match. */
  first: { takes: 'value', count: undefined },
};

/**
 * The value of an expression, or undefined where it has none: a size that does not divide, an axis that is not there,
 * an optional input or attribute that was left out. A condition without a value does not hold.
 */
export function evaluate(expression: Expression, environment: Environment): Value | undefined {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      return environment.values.get(expression.word.name);
    case 'list': {
      const items = expression.items.map((item) => evaluate(item, environment));
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    case 'call':
      return call(expression.callee.name, expression.arguments, environment);
    case 'arithmetic': {
      const left = evaluate(expression.left, environment);
      const right = evaluate(expression.right, environment);
      return isSize(left) && isSize(right) ? arithmetic(expression.operator, left, right) : undefined;
    }
  }
}

function call(name: string, given: readonly Expression[], environment: Environment): Value | undefined {
  const [first, second] = given;
  if (name === 'dims') {
    const sizes = given.map((each) => evaluate(each, environment));
    return sizes.every(isSize) ? sizes.map((size) => String(canonicalDim(size))) : undefined;
  }
  if (name === 'first') {
    for (const each of given) {
      const value = evaluate(each, environment);
      if (value !== undefined) return value;
    }
    return undefined;
  }
  if (first === undefined) return undefined;
  if (FUNCTIONS[name]?.takes === 'value') {
    const number = evaluate(first, environment);
    return typeof number === 'number' && number >= 0 ? Math.sqrt(number) : undefined;
  }
  const tensor = first.kind === 'name' ? environment.tensors.get(first.word.name) : undefined;
  if (tensor === undefined) return undefined;
  if (name === 'rank') return tensor.shape.length;
  if (name === 'shape') return tensor.shape.map(canonicalDim);
  if (name === 'dtype') return tensor.dtype;
  const axis = second === undefined ? undefined : evaluate(second, environment);
  if (name === 'padded') {
    const missing = typeof axis === 'number' ? axis - tensor.shape.length : -1;
    if (missing < 0 || missing > MOST_AXES) return undefined;
    return [...Array<Dim>(missing).fill(1), ...tensor.shape].map((dim) => String(canonicalDim(dim)));
  }
  const dim = typeof axis === 'number' ? tensor.shape.at(axis) : undefined;
  return dim === undefined ? undefined : canonicalDim(dim);
}

function isSize(value: Value | undefined): value is Dim {
  return typeof value === 'number' || typeof value === 'string';
}

function arithmetic(operator: '+' | '-' | '*' | '/' | '%', left: Dim, right: Dim): Value | undefined {
  if (typeof left === 'number' && typeof right === 'number') {
    switch (operator) {
      case '+':
        return left + right;
      case '-':
        return left - right;
      case '*':
        return left * right;
      case '/':
        return left / right;
      case '%':
        return left % right;
    }
  }
  switch (operator) {
    case '+':
      return addDims(left, right);
    case '-':
      return subtractDims(left, right);
    case '*':
      return multiplyDims(left, right);
    case '/':
      return divideDims(left, right);
    case '%':
      // An open size is only known to divide where it does so as a formula.
      return divideDims(left, right) === undefined ? undefined : 0;
  }
}

/** Equality of numbers is exact; lists are equal item by item. */
export function sameValue(left: Value, right: Value): boolean {
  if (typeof left !== 'object' || typeof right !== 'object') return left === right;
  return (
    left.length === right.length &&
    left.every((item, index) => {
      const other = right[index];
      return other !== undefined && sameValue(item, other);
    })
  );
}

/** Relative: authors write `1.4142135`, and constants are rounded to float32. */
const NEARNESS = 1e-5;

/** Whether two numbers are the same apart from rounding: within a hundred-thousandth, or both the same infinity. */
export function isNear(left: number, right: number): boolean {
  if (!Number.isFinite(left) || !Number.isFinite(right)) return left === right;
  return Math.abs(left - right) <= NEARNESS * Math.max(Math.abs(left), Math.abs(right));
}

export function compare(comparison: Comparison, left: Value | undefined, right: Value | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  if (comparison === '=') return sameValue(left, right);
  if (comparison === '!=') return !sameValue(left, right);
  if (typeof left !== 'number' || typeof right !== 'number') return false;
  switch (comparison) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '~':
      return isNear(left, right);
  }
}
