import { visitParameters } from './naming.ts';
import type { ParameterInfo } from './tensor.ts';

/**
 * How precisely a weight is kept: `float32` and `float16` as floating-point numbers, `int8` and `int4` as small whole
 * numbers with a scale for every few of them. Weights other than those of linear layers have no `int8` or `int4` form.
 */
export type Precision = 'float32' | 'float16' | 'int8' | 'int4';

export const PRECISIONS = ['float32', 'float16', 'int8', 'int4'] as const satisfies readonly Precision[];

/**
 * Marks every parameter under a tree to be kept in a precision, whatever the rest of the model is compiled to, and
 * returns the tree. A later mark replaces an earlier one, so that a part of a part may differ.
 *
 *     const language = opt({ ... });
 *     inPrecision('int4', language.parts);
 */
export function inPrecision<T extends object>(precision: Precision, tree: T): T {
  visitParameters(tree, (info: ParameterInfo) => {
    info.precision = precision;
  });
  return tree;
}
