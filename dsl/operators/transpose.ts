import type { Dtype } from '../dtype.ts';
import { apply, defineOperator } from '../operator.ts';
import { transposeShape } from '../shape/transpose.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { Transpose } from '../types/shape/transpose.ts';
import { fixedShape } from './shared/dims.ts';
import { foldable, offsets, pick, stridesOf } from './shared/elements.ts';
import { required } from './shared/inputs.ts';

export const transposeOperator = defineOperator<{ permutation: readonly number[] }>({
  name: 'transpose',
  computesIn: 'half',
  movement({ inputs: [x], attributes: { permutation } }, before) {
    const start = before?.inputs[0] ?? x;
    const order = permutation.map((axis) => before?.attributes.permutation[axis] ?? axis);
    if (order.every((axis, index) => axis === index)) return start;
    return before === undefined || start === undefined ? undefined : transpose(start, order);
  },
  weight: 'none',
  infer(inputs, { permutation }) {
    const x = required('transpose', inputs, 0, 'x');
    return [{ dtype: x.dtype, shape: transposeShape(x.shape, permutation) }];
  },
  lower(emit, inputs, { attributes }) {
    return [emit.node('Transpose', inputs, { perm: attributes.permutation })];
  },
  gradient({ cotangent, attributes: { permutation } }) {
    return [
      transpose(
        cotangent,
        permutation.map((_axis, place) => permutation.indexOf(place)),
      ),
    ];
  },
  fold([x], { permutation }, types) {
    const shape = fixedShape(types[0]?.shape ?? []);
    if (x === undefined || shape === undefined || !foldable([x], types)) return undefined;
    const strides = stridesOf(x.shape);
    return [
      pick(
        x.data,
        offsets(
          shape,
          permutation.map((axis) => strides[axis] ?? 0),
        ),
      ),
    ];
  },
});

/**
 * Reorders axes: axis i of the result is axis `permutation[i]` of x.
 *
 * @param permutation default: the last two axes change places
 * @throws ModelError when the permutation does not name each axis once
 */
export function transpose<
  D extends Dtype,
  S extends Shape,
  const P extends readonly number[] | undefined = undefined,
>(x: Tensor<D, S>, permutation?: Checked<Transpose<S, P>, P>): Result<D, Transpose<S, P>>;
export function transpose(
  x: Tensor,
  permutation: readonly number[] = lastTwoSwapped(x.shape.length),
): Tensor {
  return apply(transposeOperator, [x], { permutation });
}

/** The permutation that swaps the last two axes; of fewer than two axes, none. */
export function lastTwoSwapped(rank: number): readonly number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return rank < 2 ? axes : [...axes.slice(0, -2), rank - 1, rank - 2];
}
