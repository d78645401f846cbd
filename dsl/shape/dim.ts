import { ModelError } from '../errors/model-error.ts';
import { LIMITS } from '../limits.ts';
import type { Dim, Shape } from '../tensor.ts';

/** One term of a size: `2*heads*past` has coefficient 2 and the names `heads` and `past`, sorted. */
export interface Term {
  readonly coefficient: number;
  readonly names: readonly string[];
}

/**
 * A size as a polynomial with integer coefficients: monomial (`headDim*heads`, names sorted and joined by `*`; the
 * empty string for the constant) to coefficient. Zero coefficients are left out, so equal sizes have equal maps.
 */
type Polynomial = ReadonlyMap<string, number>;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Sizes are few and asked for often; a program that makes them without end keeps no more than so many. */
const MOST_REMEMBERED = 10_000;
const parsed = new Map<string, Polynomial>();

/** Whether a string can name an axis: letters, digits and underscores, not starting with a digit. */
export function isAxisName(text: string): boolean {
  return NAME.test(text);
}

/** The terms of a size, the constant last: `'2*text+1'` is `2 * text` and `1 * nothing`. Zero has no terms. */
export function termsOf(dim: Dim): readonly Term[] {
  return sortedEntries(polynomial(dim)).map(([monomial, coefficient]) => ({
    coefficient,
    names: namesOf(monomial),
  }));
}

/** The one spelling of a size: terms and names in order, literals as numbers (`'text+past'` is `'past+text'`). */
export function canonicalDim(dim: Dim): Dim {
  return print(polynomial(dim));
}

/** Whether a size stays unknown until the model runs: it mentions a name. */
export function isOpen(dim: Dim): dim is string {
  return typeof canonicalDim(dim) === 'string';
}

export function equalDims(left: Dim, right: Dim): boolean {
  return left === right || canonicalDim(left) === canonicalDim(right);
}

/** Whether two shapes have the same sizes in the same order. */
export function equalShapes(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((dim, axis) => equalDims(dim, right[axis] ?? -1));
}

/** The sum of any number of sizes; 0 for none. */
export function addDims(...dims: readonly Dim[]): Dim {
  return print(dims.reduce<Polynomial>((sum, dim) => plus(sum, polynomial(dim), 1), new Map()));
}

/** `left - right`; may come out negative, which callers refuse where a size is needed. */
export function subtractDims(left: Dim, right: Dim): Dim {
  return print(plus(polynomial(left), polynomial(right), -1));
}

/** The product of any number of sizes; 1 for none. */
export function multiplyDims(...dims: readonly Dim[]): Dim {
  return print(
    dims.reduce<Polynomial>((product, dim) => times(product, polynomial(dim)), new Map([['', 1]])),
  );
}

/** `left / right` where that is exact for every value of the names; undefined where it is not. */
export function divideDims(left: Dim, right: Dim): Dim | undefined {
  const divisor = polynomial(right);
  const [leading] = sortedByDegree(divisor);
  if (leading === undefined) return undefined;
  let rest = polynomial(left);
  let quotient: Polynomial = new Map();
  // Long division by the leading term; each round cancels the leading term of what is left.
  for (;;) {
    const [head] = sortedByDegree(rest);
    if (head === undefined) return print(quotient);
    const monomial = removeNames(namesOf(head[0]), namesOf(leading[0]));
    const coefficient = head[1] / leading[1];
    if (monomial === undefined || !Number.isInteger(coefficient)) return undefined;
    const term: Polynomial = new Map([[monomial, coefficient]]);
    quotient = plus(quotient, term, 1);
    rest = plus(rest, times(term, divisor), -1);
  }
}

/** The value of a size once its names are known; undefined when one is not. */
export function evaluateDim(dim: Dim, values: ReadonlyMap<string, number>): number | undefined {
  let sum = 0;
  for (const { coefficient, names } of termsOf(dim)) {
    let product = coefficient;
    for (const name of names) {
      const value = values.get(name);
      if (value === undefined) return undefined;
      product *= value;
    }
    sum += product;
  }
  return sum;
}

/** A size with another in the place of one of its names: `past+text` is `text+64` where `past` is 64. */
export function substituteDim(dim: Dim, name: string, size: Dim): Dim {
  const terms = termsOf(dim).map(({ coefficient, names }) =>
    multiplyDims(coefficient, ...names.map((each) => (each === name ? size : each))),
  );
  return addDims(...terms);
}

function polynomial(dim: Dim): Polynomial {
  if (typeof dim === 'number') {
    if (!Number.isSafeInteger(dim))
      throw new ModelError(`a size must be a whole number, but ${dim} was given`);
    return dim === 0 ? new Map() : new Map([['', dim]]);
  }
  let result = parsed.get(dim);
  if (result === undefined) {
    result = parse(dim);
    if (parsed.size >= MOST_REMEMBERED) parsed.clear();
    parsed.set(dim, result);
  }
  return result;
}

function parse(text: string): Polynomial {
  if (text.length > LIMITS.axisPattern.most)
    throw new ModelError(
      `a size has at most ${LIMITS.axisPattern.most} characters, but this one has ${text.length}`,
    );
  let sum: Polynomial = new Map();
  // `a-b` is `a+-b`: the sign goes with its term.
  for (const term of text.replaceAll(' ', '').replaceAll('-', '+-').replace(/^\+-/, '-').split('+')) {
    const negative = term.startsWith('-');
    let product: Polynomial = new Map([['', 1]]);
    for (const factor of (negative ? term.slice(1) : term).split('*')) {
      const literal = /^\d+$/.test(factor) ? Number(factor) : undefined;
      if (literal === undefined && !NAME.test(factor)) {
        throw new ModelError(
          `'${text}' is not a size: write a name, or a sum or product of names and whole numbers such as 'past+text'`,
        );
      }
      product = times(product, literal === undefined ? new Map([[factor, 1]]) : polynomial(literal));
    }
    sum = plus(sum, product, negative ? -1 : 1);
  }
  return sum;
}

function print(value: Polynomial): Dim {
  const entries = sortedEntries(value);
  const [first] = entries;
  if (first === undefined) return 0;
  if (first[0] === '') return first[1];
  let text = '';
  for (const [monomial, coefficient] of entries) {
    const size = Math.abs(coefficient);
    const term = monomial === '' ? `${size}` : size === 1 ? monomial : `${size}*${monomial}`;
    text += `${coefficient < 0 ? '-' : text === '' ? '' : '+'}${term}`;
  }
  return text;
}

function plus(left: Polynomial, right: Polynomial, sign: 1 | -1): Polynomial {
  const sum = new Map(left);
  for (const [monomial, coefficient] of right) {
    const total = (sum.get(monomial) ?? 0) + sign * coefficient;
    if (total === 0) sum.delete(monomial);
    else sum.set(monomial, total);
  }
  return sum;
}

function times(left: Polynomial, right: Polynomial): Polynomial {
  let product: Polynomial = new Map();
  for (const [a, x] of left) {
    const row = new Map<string, number>();
    for (const [b, y] of right) row.set([...namesOf(a), ...namesOf(b)].sort().join('*'), x * y);
    product = plus(product, row, 1);
  }
  return product;
}

function namesOf(monomial: string): readonly string[] {
  return monomial === '' ? [] : monomial.split('*');
}

function removeNames(names: readonly string[], removed: readonly string[]): string | undefined {
  const rest = [...names];
  for (const name of removed) {
    const place = rest.indexOf(name);
    if (place < 0) return undefined;
    rest.splice(place, 1);
  }
  return rest.join('*');
}

/** By monomial in code unit order, the constant last: the order that sizes are written in. */
function sortedEntries(value: Polynomial): readonly (readonly [string, number])[] {
  return [...value].sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1));
}

/**
 * A monomial order for the division: higher degree first, then by the alphabet of exponents. Both are kept by
 * multiplication, which long division needs.
 */
function sortedByDegree(value: Polynomial): readonly (readonly [string, number])[] {
  return [...value].sort(([a], [b]) => {
    const left = namesOf(a);
    const right = namesOf(b);
    if (left.length !== right.length) return right.length - left.length;
    const place = left.findIndex((name, index) => name !== right[index]);
    return place < 0 ? 0 : (left[place] ?? '') < (right[place] ?? '') ? -1 : 1;
  });
}
