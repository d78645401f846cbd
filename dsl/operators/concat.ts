import { elementCount } from '../element-count.ts';
import { apply, defineOperator } from '../operator.ts';
import { resolveAxis } from '../shape/axis.ts';
import { concatShape } from '../shape/concat.ts';
import type { ConstantTensor, Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { Concat } from '../types/shape/concat.ts';
import { fixedShape } from './shared/dims.ts';
import { foldable, numbersOf, pack } from './shared/elements.ts';
import { required, sameDtype } from './shared/inputs.ts';
import { split } from './split.ts';

export const concatOperator = defineOperator<{ axis: number }>({
  name: 'concat',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs, { axis }) {
    const tensors = inputs.map((_input, index) => required('concat', inputs, index, `tensor ${index}`));
    const shape = concatShape(
      tensors.map((tensor) => tensor.shape),
      axis,
    );
    return [{ dtype: sameDtype('concat', required('concat', tensors, 0, 'tensor 0'), ...tensors), shape }];
  },
  lower: (emit, inputs, { attributes }) => [emit.node('Concat', inputs, { axis: attributes.axis })],
  gradient({ inputs, attributes: { axis }, cotangent }) {
    if (inputs.length === 1) return [cotangent];
    return split(
      cotangent,
      inputs.map((input) => input?.shape[axis] ?? 0),
      axis,
    );
  },
  fold(inputs, { axis }, types) {
    const [type] = types;
    const shape = type && fixedShape(type.shape);
    if (type === undefined || shape === undefined || !foldable(inputs, types)) return undefined;
    const rows = elementCount(shape.slice(0, axis));
    const values = Array.from({ length: rows }, (_, row) =>
      inputs.map((input) => rowOf(input, row, rows)),
    ).flat(2);
    const data = pack(values, type.dtype);
    return data === undefined ? undefined : [data];
  },
});

function rowOf(input: ConstantTensor, row: number, rows: number): readonly number[] {
  const length = input.data.length / rows;
  return numbersOf(input.data.slice(row * length, (row + 1) * length)) ?? [Number.NaN];
}

/**
 * Joins tensors along one axis, whose sizes add up; all other axes agree. Open sizes give a sum: `'past+text'`.
 *
 * @param axis may count from the end; default 0
 * @throws ModelError when dtypes or other axes differ, or there is no tensor
 */
export function concat<const Ts extends readonly Tensor[], A extends number = 0>(
  tensors: Checked<Concat<Ts, A>, Ts>,
  axis?: A,
): Result<DtypeOfTensor<Ts[number]>, Concat<Ts, A>>;
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  const rank = tensors[0]?.shape.length ?? 0;
  // An axis that does not exist is left as it is for the shape rule to refuse.
  const place = axis < 0 && axis >= -rank ? resolveAxis('concat', tensors[0]?.shape ?? [], axis) : axis;
  return apply(concatOperator, tensors, { axis: place });
}
