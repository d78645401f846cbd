import type { Dtype } from '../dtype.ts';
import { apply, defineOperator } from '../operator.ts';
import { expandShape } from '../shape/broadcast.ts';
import { equalShapes } from '../shape/dim.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { Expand } from '../types/shape/expand.ts';
import { dimsFromAttribute, dimsToAttribute, fixedShape } from './shared/dims.ts';
import { broadcastStrides, foldable, offsets, pick } from './shared/elements.ts';
import { required } from './shared/inputs.ts';

export const expandOperator = defineOperator<{ shape: readonly string[] }>({
  name: 'expand',
  computesIn: 'half',
  movement({ inputs: [x], outputs: [result] }, before) {
    const start = before?.inputs[0] ?? x;
    if (start === undefined || result === undefined) return undefined;
    if (equalShapes(start.shape, result.shape)) return start;
    return before === undefined ? undefined : expand(start, result.shape);
  },
  weight: 'none',
  infer(inputs, { shape }) {
    const x = required('expand', inputs, 0, 'x');
    return [{ dtype: x.dtype, shape: expandShape(x.shape, dimsFromAttribute(shape)) }];
  },
  lower(emit, inputs, { outputs: [result] }) {
    return [emit.node('Expand', [...inputs, emit.shape(result?.shape ?? [])])];
  },
  gradient: ({ cotangent }) => [cotangent],
  fold([x], _attributes, types) {
    const shape = fixedShape(types[0]?.shape ?? []);
    if (x === undefined || shape === undefined || !foldable([x], types)) return undefined;
    return [pick(x.data, offsets(shape, broadcastStrides(x.shape, shape)))];
  },
});

/**
 * Copies x along its axes of size 1, and along new leading axes, to the given shape; sizes may be open.
 *
 * @throws ModelError when x does not stretch to the shape
 */
export function expand<D extends Dtype, S extends Shape, const T extends Shape>(
  x: Tensor<D, S>,
  shape: Checked<Expand<S, T>, T>,
): Result<D, Expand<S, T>>;
export function expand(x: Tensor, shape: Shape): Tensor {
  return apply(expandOperator, [x], { shape: dimsToAttribute(shape) });
}
