import { canonicalDim } from '../../shape/dim.ts';
import type { Dim, Shape } from '../../tensor.ts';

/** Sizes as an attribute, which holds strings only: `[2, 'text']` is `['2', 'text']`. */
export function dimsToAttribute(dims: Shape): readonly string[] {
  return dims.map((dim) => String(canonicalDim(dim)));
}

export function dimsFromAttribute(texts: readonly string[]): readonly Dim[] {
  return texts.map(canonicalDim);
}

/** The sizes as numbers when none is open. */
export function fixedShape(shape: Shape): readonly number[] | undefined {
  const sizes = shape.filter((dim) => typeof dim === 'number');
  return sizes.length === shape.length ? sizes : undefined;
}
