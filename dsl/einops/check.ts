import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import {
  AXIS_COUNT,
  ELLIPSIS_TWICE,
  LEAST_AXIS_COUNT,
  LOST_AXIS,
  MADE_SIZE,
  NEW_AXIS,
  NOT_DIVIDED,
  ON_ONE_SIDE_TWICE,
  ONE_TENSOR,
  SEVERAL_UNKNOWN,
  STRAY_SIZE,
  UNKNOWN_AXIS,
} from '../sentences/einops.ts';
import { divideDims, equalDims, multiplyDims } from '../shape/dim.ts';
import type { Dim, Shape } from '../tensor.ts';
import { describeItem, type Factor, type Item, namesOf, type Pattern, type Side } from './pattern.ts';

export type Sizes = Readonly<Record<string, Dim>>;

/** The side before the arrow, of patterns over one tensor. */
export function onlyOperand(pattern: Pattern): Side {
  const [left, ...others] = pattern.operands;
  if (left === undefined || others.length > 0) return fail(ONE_TENSOR);
  return left;
}

const isName = (factor: Factor): factor is string => typeof factor === 'string';

/** The first name that occurs again. */
export function firstTwice(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.includes(name, index + 1));
}

/** Refuses a name written twice on one side: each axis has one place. */
export function checkDistinct(side: Side, where: 'left' | 'right'): void {
  const twice = firstTwice(
    side.flatMap((item) => (item.kind === 'ellipsis' ? ['...'] : item.factors.filter(isName))),
  );
  if (twice !== undefined)
    fail(
      twice === '...'
        ? sentence(ELLIPSIS_TWICE, { side: where })
        : sentence(ON_ONE_SIDE_TWICE, { name: twice, side: where }),
    );
}

/** Refuses an axis after the arrow that is not before it. */
export function checkKnown(known: readonly string[], result: Side): void {
  const unknown = namesOf(result).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    fail(sentence(UNKNOWN_AXIS, { name: unknown, known: known.join(' ') }));
  }
}

/** Refuses an axis before the arrow that is not after it. */
export function checkKept(left: Side, result: Side): void {
  const kept = namesOf(result);
  const lost = namesOf(left).find((name) => !kept.includes(name));
  if (lost !== undefined) fail(sentence(LOST_AXIS, { name: lost }));
}

export interface Bound {
  /** The size of every named part. */
  readonly sizes: ReadonlyMap<string, Dim>;
  /** The axes that `...` stands for. */
  readonly passed: Shape;
}

/** Gives every name on one side its size, from the tensor's shape and the sizes given by the author. */
export function bind(side: Side, shape: Shape, given: Sizes): Bound {
  const ellipsis = side.findIndex(({ kind }) => kind === 'ellipsis');
  const named = side.filter((item) => item.kind === 'axis');
  const passed = shape.length - named.length;
  if (ellipsis < 0 ? passed !== 0 : passed < 0) {
    const template = ellipsis < 0 ? AXIS_COUNT : LEAST_AXIS_COUNT;
    fail(sentence(template, { axes: named.length, shape: describeShape(shape), rank: shape.length }));
  }
  const sizes = new Map<string, Dim>(Object.entries(given));
  const before = ellipsis < 0 ? named.length : ellipsis;
  const rest = [...shape.slice(0, before), ...shape.slice(before + passed)];
  for (const [index, item] of named.entries()) bindItem(item, rest[index] ?? 1, sizes);
  return { sizes, passed: shape.slice(before, before + passed) };
}

function bindItem(item: Item & { readonly kind: 'axis' }, size: Dim, sizes: Map<string, Dim>): void {
  const known: Dim[] = [];
  const unknown: string[] = [];
  for (const factor of item.factors) {
    const value = typeof factor === 'number' ? factor : sizes.get(factor);
    if (value === undefined) unknown.push(String(factor));
    else known.push(value);
  }
  const product = multiplyDims(...known);
  const [name, another] = unknown;
  if (another !== undefined) {
    fail(sentence(SEVERAL_UNKNOWN, { axis: describeItem(item), size }));
  } else if (name === undefined) {
    if (!equalDims(product, size))
      fail(sentence(MADE_SIZE, { axis: describeItem(item), size, made: product }));
  } else {
    const quotient = divideDims(size, product);
    if (quotient === undefined) {
      return fail(sentence(NOT_DIVIDED, { axis: describeItem(item), size, known: product }));
    }
    sizes.set(name, quotient);
  }
}

/** The size of one factor, once its side is bound. */
export function sizeOf(factor: Factor, bound: Bound): Dim {
  if (typeof factor === 'number') return factor;
  return bound.sizes.get(factor) ?? fail(sentence(NEW_AXIS, { name: factor }));
}

/** Refuses sizes for names that the pattern does not have: mostly misspellings. */
export function checkSizes(pattern: Pattern, given: Sizes): void {
  const names = new Set([...pattern.operands, pattern.result].flatMap(namesOf));
  const stray = Object.keys(given).find((name) => !names.has(name));
  if (stray !== undefined) fail(sentence(STRAY_SIZE, { name: stray }));
}
