import type { Dtype } from '../dtype.ts';
import { elementCount } from '../element-count.ts';
import { apply, defineOperator } from '../operator.ts';
import { resolveAxis } from '../shape/axis.ts';
import { gatherShape } from '../shape/gather.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { HasAxis } from '../types/axis.ts';
import type { Accept, DtypeOfTensor } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { Gather } from '../types/shape/gather.ts';
import type { ShapeOfTensor } from '../types/shape-of.ts';
import { cast } from './cast.ts';
import { scatterAdd } from './scatter-add.ts';
import { fixedShape } from './shared/dims.ts';
import { foldable, numbersOf, offsets, pick, stridesOf } from './shared/elements.ts';
import { checkDtype, required } from './shared/inputs.ts';
import { transpose } from './transpose.ts';

export const gatherOperator = defineOperator<{ axis: number }>({
  name: 'gather',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs, { axis }) {
    const x = required('gather', inputs, 0, 'x');
    const indices = required('gather', inputs, 1, 'indices');
    checkDtype('gather', 'indices', indices, ['int64', 'int32']);
    return [{ dtype: x.dtype, shape: gatherShape(x.shape, indices.shape, axis) }];
  },
  lower: (emit, inputs, { attributes }) => [emit.node('Gather', inputs, { axis: attributes.axis })],
  // Rows that were picked several times get the sum of what came back.
  gradient({ cotangent, input, attributes }) {
    const [x, indices] = [input(0), input(1)];
    const axis = resolveAxis('gather', x.shape, attributes.axis);
    const axes = cotangent.shape.map((_dim, place) => place);
    const after = axis + indices.shape.length;
    const before = axes.slice(0, axis);
    // The axes of the indices come first for the sum; the one that takes their place goes back to where it was.
    const updates = transpose(cotangent, [...axes.slice(axis, after), ...before, ...axes.slice(after)]);
    const sums = scatterAdd(updates, cast(indices, 'int64'), x.shape[axis] ?? 0);
    const others = x.shape.map((_dim, place) => place).slice(1);
    return [transpose(sums, [...others.slice(0, axis), 0, ...others.slice(axis)])];
  },
  fold(inputs, attributes, types) {
    const [x, indices] = inputs;
    if (x === undefined || indices === undefined || !foldable(inputs, types)) return undefined;
    const axis = resolveAxis('gather', x.shape, attributes.axis);
    const size = x.shape[axis] ?? 0;
    const wanted = numbersOf(indices.data)?.map((index) => (index < 0 ? index + size : index));
    const shape = fixedShape(types[0]?.shape ?? []);
    // An index out of range is reported by ONNX Runtime, when the model runs.
    if (shape === undefined || wanted?.every((index) => index >= 0 && index < size) !== true)
      return undefined;
    const inner = elementCount(x.shape.slice(axis + 1));
    const outer = offsets(x.shape.slice(0, axis), stridesOf(x.shape));
    const places = Array.from(outer, (start) =>
      wanted.map((index) => Array.from({ length: inner }, (_, place) => start + index * inner + place)),
    );
    return [pick(x.data, Int32Array.from(places.flat(2)))];
  },
});

/**
 * Picks whole slices along one axis: `result[..., i, ...] = x[..., indices[i], ...]`. The axis is replaced by the axes
 * of the indices.
 *
 * @param indices int64 or int32 of any shape, each from `-size` to `size - 1`; others are refused when the model runs
 * @param axis may count from the end; default 0
 */
export function gather<D extends Dtype, S extends Shape, I extends Tensor, A extends number = 0>(
  x: Tensor<D, S>,
  indices: Checked<Accept<'gather', 'indices', DtypeOfTensor<I>, 'int64 or int32'>, I>,
  axis?: Checked<HasAxis<'gather', S, A>, A>,
): Result<D, Accept<'gather', 'indices', DtypeOfTensor<I>, 'int64 or int32', Gather<S, ShapeOfTensor<I>, A>>>;
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  return apply(gatherOperator, [x, indices], { axis });
}
