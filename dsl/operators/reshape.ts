import type { Dtype } from '../dtype.ts';
import type { Emitter } from '../emitter.ts';
import { apply, defineOperator } from '../operator.ts';
import { equalDims, equalShapes } from '../shape/dim.ts';
import { reshapeShape } from '../shape/reshape.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { Reshape } from '../types/shape/reshape.ts';
import { dimsFromAttribute, dimsToAttribute } from './shared/dims.ts';
import { foldable } from './shared/elements.ts';
import { required } from './shared/inputs.ts';
import { named } from './shared/names.ts';

export const reshapeOperator = defineOperator<{ shape: readonly string[] }>({
  name: 'reshape',
  computesIn: 'half',
  movement({ inputs: [x], outputs: [result] }, before) {
    const start = before?.inputs[0] ?? x;
    if (start === undefined || result === undefined) return undefined;
    if (equalShapes(start.shape, result.shape)) return start;
    return before === undefined ? undefined : reshape(start, result.shape);
  },
  weight: 'none',
  infer(inputs, { shape }) {
    const x = required('reshape', inputs, 0, 'x');
    return [{ dtype: x.dtype, shape: reshapeShape(x.shape, dimsFromAttribute(shape)) }];
  },
  lower(emit, inputs, { inputs: [x], outputs: [result] }) {
    return [lowerReshape(emit, named(inputs, 0), x?.shape ?? [], result?.shape ?? [])];
  },
  gradient: ({ cotangent, input }) => [reshape(cotangent, input(0).shape)],
  fold([x], _attributes, types) {
    return x === undefined || !foldable([x], types) ? undefined : [x.data];
  },
});

/**
 * The same elements, row-major, under another shape of the same size. One axis may be -1: whatever is left.
 * Sizes may be open: `reshape(x, ['batch', 'text', 8, 64])`.
 *
 * @throws ModelError when the shapes do not hold equally many elements
 */
export function reshape<D extends Dtype, S extends Shape, const T extends Shape>(
  x: Tensor<D, S>,
  shape: Checked<Reshape<S, T>, T>,
): Result<D, Reshape<S, T>>;
export function reshape(x: Tensor, shape: Shape): Tensor {
  return apply(reshapeOperator, [x], { shape: dimsToAttribute(shape) });
}

/**
 * Writes a Reshape from one known shape to another. A constant target spares the computing of sizes, and is possible
 * where open axes stay in their place (0 copies an axis) or where exactly one open axis is left to -1.
 */
export function lowerReshape(emit: Emitter, x: string, from: Shape, to: Shape): string {
  const target = to.map((dim, axis) =>
    typeof dim === 'number' ? dim : equalDims(dim, from[axis] ?? 1) ? 0 : -1,
  );
  const copies = to.some((dim, axis) => typeof dim !== 'number' && target[axis] === 0);
  const unknown = target.filter((size) => size === -1).length;
  // -1 beside an axis that may turn out empty cannot be told: nothing divided by nothing.
  const constant = !to.includes(0) && (unknown === 0 || (unknown === 1 && !copies));
  if (constant)
    return emit.node('Reshape', [x, emit.constant(BigInt64Array.from(target, BigInt), [to.length])]);
  return emit.node('Reshape', [x, emit.shape(to)], { allowzero: 1 });
}
