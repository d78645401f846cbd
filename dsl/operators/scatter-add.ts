import { sentence } from '../errors/sentence.ts';
import { apply, defineOperator, describeShape, fail } from '../operator.ts';
import { UPDATES } from '../sentences/scatter-add.ts';
import { canonicalDim, equalDims, multiplyDims } from '../shape/dim.ts';
import type { Dim, Inputs, Shape, Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { ScatterAdd } from '../types/shape/scatter-add.ts';
import { add } from './add.ts';
import { arange } from './arange.ts';
import { cast } from './cast.ts';
import { equal, less } from './comparison.ts';
import { gather } from './gather.ts';
import { matmul } from './matmul.ts';
import { lowerReshape, reshape } from './reshape.ts';
import { checkDtype, FLOATS, required } from './shared/inputs.ts';
import { named } from './shared/names.ts';
import { sizeOf } from './size-of.ts';
import { where } from './where.ts';

export const scatterAddOperator = defineOperator<{ size: Dim }>({
  name: 'scatterAdd',
  computesIn: 'float32',
  movement: 'none',
  weight: 'none',
  infer(inputs, { size }) {
    const { updates, row } = scatterSizes(inputs);
    return [{ dtype: updates.dtype, shape: [canonicalDim(size), ...row] }];
  },
  // ScatterND would take the indices as they are, but on the CPU provider its threads overwrite each other's sums where
  // indices repeat (ONNX Runtime 1.30). ScatterElements runs on one thread, and is fastest on one axis.
  lower(emit, inputs, { inputs: tensors, attributes: { size } }) {
    const { updates, indices, row, count } = scatterSizes(tensors);
    const width = multiplyDims(...row);
    const elements = multiplyDims(count, width);
    const rows = lowerReshape(emit, named(inputs, 1), indices.shape, [count, 1]);
    const starts = emit.node('Mul', [rows, emit.size(width)]);
    const within = emit.node('Range', [emit.scalar(0, 'int64'), emit.size(width), emit.scalar(1, 'int64')]);
    const places = emit.node('Add', [starts, within]);
    const sums = emit.node(
      'ScatterElements',
      [
        emit.node('Expand', [emit.scalar(0, updates.dtype), emit.shape([multiplyDims(size, width)])]),
        lowerReshape(emit, places, [count, width], [elements]),
        lowerReshape(emit, named(inputs, 0), updates.shape, [elements]),
      ],
      { axis: 0, reduction: 'add' },
    );
    return [lowerReshape(emit, sums, [multiplyDims(size, width)], [canonicalDim(size), ...row])];
  },
  // The matrix product with a row of 0 and 1 for every place.
  decompose(inputs, { size }) {
    const { updates, indices, row, count } = scatterSizes(inputs);
    const places = reshape(indices, [1, count]);
    const fromStart = where(less(places, 0), add(places, sizeOf(size)), places);
    const chosen = cast(equal(reshape(arange(size), [size, 1]), fromStart), updates.dtype);
    const sums = matmul(chosen, reshape(updates, [count, multiplyDims(...row)]));
    return [reshape(sums, [size, ...row])];
  },
  gradient: ({ cotangent, input }) => [gather(cotangent, input(1), 0)],
});

/**
 * Adds rows up by their place, from zero: `result[indices[i]] += updates[i]`. Repeated indices add up; places that no
 * index names stay 0. The gradient of `gather`.
 *
 * @param updates `[...indices, ...row]`, floats
 * @param indices int64 of any shape, each from `-size` to `size - 1`
 * @param size rows of the result; may be open
 * @returns `[size, ...row]`
 * @throws ModelError when the updates' first axes are not those of the indices
 */
export function scatterAdd<U extends Tensor, I extends Tensor, Size extends Dim>(
  updates: U,
  indices: Checked<ScatterAdd<U, I, Size>, I>,
  size: Size,
): Result<DtypeOfTensor<U>, ScatterAdd<U, I, Size>>;
export function scatterAdd(updates: Tensor, indices: Tensor, size: Dim): Tensor {
  return apply(scatterAddOperator, [updates, indices], { size });
}

interface ScatterSizes {
  readonly updates: Tensor;
  readonly indices: Tensor;
  /** The shape of what is added at one place. */
  readonly row: Shape;
  /** How many places are named. */
  readonly count: Dim;
}

function scatterSizes(inputs: Inputs): ScatterSizes {
  const updates = required('scatterAdd', inputs, 0, 'updates');
  const indices = required('scatterAdd', inputs, 1, 'indices');
  checkDtype('scatterAdd', 'updates', updates, FLOATS);
  checkDtype('scatterAdd', 'indices', indices, ['int64']);
  const rank = indices.shape.length;
  const leading = updates.shape.slice(0, rank);
  if (leading.length !== rank || !leading.every((dim, axis) => equalDims(dim, indices.shape[axis] ?? 0))) {
    fail(sentence(UPDATES, { indices: describeShape(indices.shape), updates: describeShape(updates.shape) }));
  }
  return { updates, indices, row: updates.shape.slice(rank), count: multiplyDims(...indices.shape) };
}
