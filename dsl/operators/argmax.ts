import type { Dtype } from '../dtype.ts';
import { sentence } from '../errors/sentence.ts';
import { apply, defineOperator, describeShape, fail } from '../operator.ts';
import { EMPTY_AXIS } from '../sentences/argmax.ts';
import { resolveAxis } from '../shape/axis.ts';
import { reduceShape } from '../shape/reduce.ts';
import type { Operator, Shape, Tensor } from '../tensor.ts';
import type { Accept } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { Place } from '../types/shape/argmax.ts';
import { linesAlong } from './shared/along-axis.ts';
import { foldable, pack } from './shared/elements.ts';
import { checkDtype, ORDERED, required } from './shared/inputs.ts';

type ArgAttributes = { axis: number; keep: boolean };

export const argmaxOperator = placeOf('argmax', 'ArgMax', (value, best) => value > best);
export const argminOperator = placeOf('argmin', 'ArgMin', (value, best) => value < best);

function placeOf(
  name: string,
  onnx: string,
  better: (value: number, best: number) => boolean,
): Operator<ArgAttributes> {
  return defineOperator<ArgAttributes>({
    name,
    computesIn: 'half',
    movement: 'none',
    weight: 'none',
    infer(inputs, { axis, keep }) {
      const x = required(name, inputs, 0, 'x');
      checkDtype(name, 'x', x, ORDERED);
      if (x.shape[resolveAxis(name, x.shape, axis)] === 0)
        fail(sentence(EMPTY_AXIS, { operator: name, axis, shape: describeShape(x.shape) }));
      return [{ dtype: 'int64', shape: reduceShape(name, x.shape, [axis], keep) }];
    },
    lower: (emit, inputs, { attributes: { axis, keep } }) => [
      emit.node(onnx, inputs, { axis, keepdims: keep }),
    ],
    gradient: 'zero',
    fold([x], { axis }, types) {
      if (x === undefined || !foldable([x], types)) return undefined;
      const lines = linesAlong(x, resolveAxis(name, x.shape, axis));
      if (lines === undefined || lines.flat().some(Number.isNaN)) return undefined;
      const places = lines.map((line) =>
        line.reduce((best, value, place) => (better(value, line[best] ?? value) ? place : best), 0),
      );
      const data = pack(places, 'int64');
      return data === undefined ? undefined : [data];
    },
  });
}

/**
 * The place of the largest element along one axis, int64; of equal ones the first. Where NaN comes is not defined.
 *
 * @param x floats, int64 or int32
 * @param axis may count from the end; default -1 (NumPy and PyTorch: over all elements, as one axis)
 * @param keep leave an axis of size 1; default false
 * @throws ModelError when the axis is known to have no elements; where that turns out when the model runs, it is refused then
 */
export function argmax<D extends Dtype, S extends Shape, A extends number = -1, K extends boolean = false>(
  x: Checked<Accept<'argmax', 'x', D, 'a float dtype or int64 or int32'>, Tensor<D, S>>,
  axis?: Checked<Place<'argmax', S, A, K>, A>,
  keep?: K,
): Result<'int64', Accept<'argmax', 'x', D, 'a float dtype or int64 or int32', Place<'argmax', S, A, K>>>;
export function argmax(x: Tensor, axis = -1, keep = false): Tensor {
  return apply(argmaxOperator, [x], { axis, keep });
}

/** The place of the smallest element along one axis; otherwise as `argmax`. */
export function argmin<D extends Dtype, S extends Shape, A extends number = -1, K extends boolean = false>(
  x: Checked<Accept<'argmin', 'x', D, 'a float dtype or int64 or int32'>, Tensor<D, S>>,
  axis?: Checked<Place<'argmin', S, A, K>, A>,
  keep?: K,
): Result<'int64', Accept<'argmin', 'x', D, 'a float dtype or int64 or int32', Place<'argmin', S, A, K>>>;
export function argmin(x: Tensor, axis = -1, keep = false): Tensor {
  return apply(argminOperator, [x], { axis, keep });
}
