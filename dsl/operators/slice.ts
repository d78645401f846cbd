import type { Dtype } from '../dtype.ts';
import { apply, defineOperator, describeShape, fail } from '../operator.ts';
import { resolveAxis } from '../shape/axis.ts';
import { addDims, subtractDims } from '../shape/dim.ts';
import { sliceShape } from '../shape/slice.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { HasAxis } from '../types/axis.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { Slice, SliceRange } from '../types/shape/slice.ts';
import { pad } from './pad.ts';
import { fixedShape } from './shared/dims.ts';
import { foldable, offsets, pick, stridesOf } from './shared/elements.ts';
import { required } from './shared/inputs.ts';
import { spreadOut } from './shared/spread-out.ts';

/** ONNX reads an end beyond the axis as the end of the axis. */
const THE_END = 2 ** 31 - 1;

export const sliceOperator = defineOperator<{ axis: number; start: Dim; end: Dim | undefined; step: number }>(
  {
    name: 'slice',
    computesIn: 'half',
    movement: 'none',
    weight: 'none',
    infer(inputs, { axis, start, end, step }) {
      const x = required('slice', inputs, 0, 'x');
      const shape = sliceShape(x.shape, axis, start, end);
      if (!Number.isInteger(step) || step < 1)
        fail(`slice: the step must be a whole number above 0, but it is ${step}`);
      if (step === 1) return [{ dtype: x.dtype, shape }];
      const place = resolveAxis('slice', shape, axis);
      const length = shape[place];
      if (typeof length !== 'number') {
        return fail(
          `slice: a step of ${step} needs an axis of known size, but ${describeShape(shape)} has ${length} there`,
        );
      }
      return [{ dtype: x.dtype, shape: shape.with(place, Math.ceil(length / step)) }];
    },
    lower(emit, inputs, { attributes: { axis, start, end, step } }) {
      const vector = (value: Dim) => emit.shape([value]);
      return [
        emit.node('Slice', [...inputs, vector(start), vector(end ?? THE_END), vector(axis), vector(step)]),
      ];
    },
    gradient({ cotangent, input, attributes: { axis, start, step } }) {
      const { shape } = input(0);
      const place = resolveAxis('slice', shape, axis);
      const size = shape[place] ?? 0;
      const before = typeof start === 'number' && start < 0 ? addDims(size, start) : start;
      const spread = spreadOut(cotangent, place, step);
      const after = subtractDims(size, addDims(before, spread.shape[place] ?? 0));
      return [pad(spread, [{ axis: place, before, after }])];
    },
    fold([x], { axis, start, step }, types) {
      const shape = fixedShape(types[0]?.shape ?? []);
      if (x === undefined || shape === undefined || typeof start !== 'number' || !foldable([x], types))
        return undefined;
      const strides = stridesOf(x.shape);
      const place = resolveAxis('slice', x.shape, axis);
      const stride = strides[place] ?? 0;
      const first = start < 0 ? start + (x.shape[place] ?? 0) : start;
      return [pick(x.data, offsets(shape, strides.with(place, stride * step), first * stride))];
    },
  },
);

/**
 * `start` to `end` (not included) of one axis, every `step`th.
 *
 * @param axis may count from the end
 * @param start a whole number (negative: from the end) or an open size such as `'past'`
 * @param end as `start`; default the end of the axis
 * @param step above 0; default 1. Other steps need an axis of known size
 * @throws ModelError when the range is known not to lie within the axis. An open axis is trusted to be long enough
 */
export function slice<
  D extends Dtype,
  S extends Shape,
  A extends number,
  Start extends Dim,
  End extends Dim | undefined = undefined,
  Step extends number = 1,
>(
  x: Checked<SliceRange<S, A, Start, End>, Tensor<D, S>>,
  axis: Checked<HasAxis<'slice', S, A>, A>,
  start: Start,
  end?: End,
  step?: Step,
): Result<D, Slice<S, A, Start, End, Step>>;
export function slice(x: Tensor, axis: number, start: Dim, end?: Dim, step = 1): Tensor {
  return apply(sliceOperator, [x], { axis, start, end, step });
}
