import type { Dtype } from '../dtype.ts';
import { sentence } from '../errors/sentence.ts';
import { apply, defineOperator, describeShape, fail } from '../operator.ts';
import { TAKEN_AXES } from '../sentences/take-along-axis.ts';
import { resolveAxis } from '../shape/axis.ts';
import { equalDims } from '../shape/dim.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Accept, DtypeOfTensor } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { TakenAlongAxis } from '../types/shape/take-along-axis.ts';
import type { ShapeOfTensor } from '../types/shape-of.ts';
import { add } from './add.ts';
import { cast } from './cast.ts';
import { less } from './comparison.ts';
import { expand } from './expand.ts';
import { scatterAlongAxis } from './shared/along-axis.ts';
import { checkDtype, required } from './shared/inputs.ts';
import { sizeOf } from './size-of.ts';
import { where } from './where.ts';

export const takeAlongAxisOperator = defineOperator<{ axis: number }>({
  name: 'takeAlongAxis',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs, { axis }) {
    const x = required('takeAlongAxis', inputs, 0, 'x');
    const indices = required('takeAlongAxis', inputs, 1, 'indices');
    checkDtype('takeAlongAxis', 'indices', indices, ['int64', 'int32']);
    return [{ dtype: x.dtype, shape: takenShape(x.shape, indices.shape, axis) }];
  },
  lower(emit, [x, indices], { inputs, attributes, outputs: [taken] }) {
    const shape = taken?.shape ?? [];
    const stretched = inputs[1]?.shape.every((size, place) => equalDims(size, shape[place] ?? 0)) !== true;
    const all = stretched ? emit.node('Expand', [indices, emit.shape(shape)]) : indices;
    return [emit.node('GatherElements', [x, all], { axis: attributes.axis })];
  },
  // What was taken several times gets the sum of what came back.
  gradient({ cotangent, input, attributes: { axis } }) {
    const [x, indices] = [input(0), cast(input(1), 'int64')];
    const size = sizeOf(x.shape[resolveAxis('takeAlongAxis', x.shape, axis)] ?? 0);
    const fromStart = where(less(indices, 0), add(indices, size), indices);
    return [scatterAlongAxis(cotangent, expand(fromStart, cotangent.shape), axis, x.shape)];
  },
});

/**
 * Takes along one axis by indices of each line's own: `result[i][j][k] = x[i][indices[i][j][k]][k]` for axis 1 of 3. What
 * `topK` and `sort` say of scores it takes of rows: `takeAlongAxis(rows, rearrange(best, 'b k -> b k 1'), 1)`. `gather` takes
 * the same of every line.
 *
 * @param indices int64 or int32, each from `-size` to `size - 1` (others are refused when the model runs): x's axes, any number
 *   of places along `axis`, and 1 where all are to share them
 * @param axis may count from the end; default -1
 * @returns x's shape with the places of the indices along `axis`
 * @throws ModelError when the other axes of the indices are neither x's nor 1
 */
export function takeAlongAxis<D extends Dtype, S extends Shape, I extends Tensor, A extends number = -1>(
  x: Tensor<D, S>,
  indices: Checked<
    Accept<
      'takeAlongAxis',
      'indices',
      DtypeOfTensor<I>,
      'int64 or int32',
      TakenAlongAxis<S, ShapeOfTensor<I>, A>
    >,
    I
  >,
  axis?: A,
): Result<
  D,
  Accept<
    'takeAlongAxis',
    'indices',
    DtypeOfTensor<I>,
    'int64 or int32',
    TakenAlongAxis<S, ShapeOfTensor<I>, A>
  >
>;
export function takeAlongAxis(x: Tensor, indices: Tensor, axis = -1): Tensor {
  return apply(takeAlongAxisOperator, [x, indices], { axis });
}

function takenShape(x: Shape, indices: Shape, axis: number): Shape {
  const place = resolveAxis('takeAlongAxis', x, axis);
  const fits = (size: Shape[number], at: number) => at === place || size === 1 || equalDims(size, x[at] ?? 0);
  if (indices.length !== x.length || !indices.every(fits)) {
    fail(sentence(TAKEN_AXES, { x: describeShape(x), axis, indices: describeShape(indices) }));
  }
  return x.with(place, indices[place] ?? 0);
}
