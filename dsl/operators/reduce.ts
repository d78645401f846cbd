import type { Dtype } from '../dtype.ts';
import { apply, defineOperator } from '../operator.ts';
import { resolveAxis } from '../shape/axis.ts';
import { multiplyDims } from '../shape/dim.ts';
import { reduceShape } from '../shape/reduce.ts';
import type { Application, GradientRule, Operator, Shape, Tensor } from '../tensor.ts';
import type { Accept } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { Reduce } from '../types/shape/reduce.ts';
import { cast } from './cast.ts';
import { equal } from './comparison.ts';
import { divide } from './divide.ts';
import { expand } from './expand.ts';
import { multiply } from './multiply.ts';
import { reshape } from './reshape.ts';
import { checkDtype, FLOATS, NUMBERS, required } from './shared/inputs.ts';
import { sizeOf } from './size-of.ts';

type ReduceAttributes = { axes: readonly number[]; keep: boolean };

/** One of the reductions, all of which are one ONNX node. */
interface Reduction extends Pick<Operator, 'name' | 'computesIn'> {
  readonly onnx: string;
  readonly accepts: readonly Dtype[];
  readonly gradient: GradientRule<ReduceAttributes>;
}

export const reduceSumOperator = reduction({
  name: 'reduceSum',
  onnx: 'ReduceSum',
  accepts: NUMBERS,
  computesIn: 'float32',
  gradient: ({ cotangent, input, attributes }) => [
    expand(withAxes(cotangent, input(0).shape, attributes), input(0).shape),
  ],
});
export const reduceMeanOperator = reduction({
  name: 'reduceMean',
  onnx: 'ReduceMean',
  accepts: FLOATS,
  computesIn: 'float32',
  gradient({ cotangent, input, attributes }) {
    const { dtype, shape } = input(0);
    const count = multiplyDims(...attributes.axes.map((axis) => shape[axis] ?? 1));
    const share =
      typeof count === 'number'
        ? multiply(cotangent, 1 / count)
        : divide(cotangent, cast(sizeOf(count), dtype));
    return [expand(withAxes(share, shape, attributes), shape)];
  },
});
export const reduceMaxOperator = reduction({
  name: 'reduceMax',
  onnx: 'ReduceMax',
  accepts: NUMBERS,
  computesIn: 'half',
  gradient: sharedByExtremes,
});
export const reduceMinOperator = reduction({
  name: 'reduceMin',
  onnx: 'ReduceMin',
  accepts: NUMBERS,
  computesIn: 'half',
  gradient: sharedByExtremes,
});

/** What was reduced, with axes of size 1 where the reduced ones were. */
function withAxes(reduced: Tensor, shape: Shape, { axes, keep }: ReduceAttributes): Tensor {
  return keep
    ? reduced
    : reshape(
        reduced,
        shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)),
      );
}

/** The elements that are the largest (or smallest) share the cotangent alike, as PyTorch's `amax` has it. */
function sharedByExtremes({
  cotangent,
  input,
  result,
  attributes,
}: Application<ReduceAttributes>): readonly Tensor[] {
  const x = input(0);
  const chosen = cast(equal(x, withAxes(result, x.shape, attributes)), x.dtype);
  const share = divide(withAxes(cotangent, x.shape, attributes), reduceSum(chosen, attributes.axes, true));
  return [multiply(chosen, share)];
}

function reduction({ name, onnx, accepts, computesIn, gradient }: Reduction): Operator<ReduceAttributes> {
  return defineOperator<ReduceAttributes>({
    name,
    computesIn,
    movement: 'none',
    weight: 'none',
    infer(inputs, { axes, keep }) {
      const x = required(name, inputs, 0, 'x');
      checkDtype(name, 'x', x, accepts);
      return [{ dtype: x.dtype, shape: reduceShape(name, x.shape, axes, keep) }];
    },
    gradient,
    lower(emit, inputs, { attributes: { axes, keep } }) {
      // Without this, ONNX reads an empty list of axes as all of them.
      if (axes.length === 0) return [emit.node('Identity', inputs)];
      return [emit.node(onnx, [...inputs, emit.shape(axes)], { keepdims: keep })];
    },
  });
}

function reduceBy(
  operator: Operator<ReduceAttributes>,
  x: Tensor,
  axes: readonly number[] | undefined,
  keep: boolean,
): Tensor {
  const rank = x.shape.length;
  const all = axes ?? x.shape.map((_dim, axis) => axis);
  // Axes that do not exist are left as they are for the shape rule to refuse.
  const places = all.map((axis) =>
    axis < 0 && axis >= -rank ? resolveAxis(operator.name, x.shape, axis) : axis,
  );
  return apply(operator, [x], { axes: places, keep });
}

/**
 * The sum over some axes.
 *
 * @param axes may count from the end; default all of them
 * @param keep leave an axis of size 1 in the place of each; default false
 */
export function reduceSum<
  D extends Dtype,
  S extends Shape,
  const A extends readonly number[] | undefined = undefined,
  K extends boolean = false,
>(
  x: Checked<Accept<'reduceSum', 'x', D, 'a number dtype'>, Tensor<D, S>>,
  axes?: Checked<Reduce<'reduceSum', S, A, K>, A>,
  keep?: K,
): Result<D, Accept<'reduceSum', 'x', D, 'a number dtype', Reduce<'reduceSum', S, A, K>>>;
export function reduceSum(x: Tensor, axes?: readonly number[], keep = false): Tensor {
  return reduceBy(reduceSumOperator, x, axes, keep);
}

/** The mean over some axes; axes and `keep` as in `reduceSum`. Floats only. */
export function reduceMean<
  D extends Dtype,
  S extends Shape,
  const A extends readonly number[] | undefined = undefined,
  K extends boolean = false,
>(
  x: Checked<Accept<'reduceMean', 'x', D, 'a float dtype'>, Tensor<D, S>>,
  axes?: Checked<Reduce<'reduceMean', S, A, K>, A>,
  keep?: K,
): Result<D, Accept<'reduceMean', 'x', D, 'a float dtype', Reduce<'reduceMean', S, A, K>>>;
export function reduceMean(x: Tensor, axes?: readonly number[], keep = false): Tensor {
  return reduceBy(reduceMeanOperator, x, axes, keep);
}

/** The largest value over some axes; axes and `keep` as in `reduceSum`. An axis without elements is refused when run. */
export function reduceMax<
  D extends Dtype,
  S extends Shape,
  const A extends readonly number[] | undefined = undefined,
  K extends boolean = false,
>(
  x: Checked<Accept<'reduceMax', 'x', D, 'a number dtype'>, Tensor<D, S>>,
  axes?: Checked<Reduce<'reduceMax', S, A, K>, A>,
  keep?: K,
): Result<D, Accept<'reduceMax', 'x', D, 'a number dtype', Reduce<'reduceMax', S, A, K>>>;
export function reduceMax(x: Tensor, axes?: readonly number[], keep = false): Tensor {
  return reduceBy(reduceMaxOperator, x, axes, keep);
}

/** The smallest value over some axes; axes and `keep` as in `reduceSum`. An axis without elements is refused when run. */
export function reduceMin<
  D extends Dtype,
  S extends Shape,
  const A extends readonly number[] | undefined = undefined,
  K extends boolean = false,
>(
  x: Checked<Accept<'reduceMin', 'x', D, 'a number dtype'>, Tensor<D, S>>,
  axes?: Checked<Reduce<'reduceMin', S, A, K>, A>,
  keep?: K,
): Result<D, Accept<'reduceMin', 'x', D, 'a number dtype', Reduce<'reduceMin', S, A, K>>>;
export function reduceMin(x: Tensor, axes?: readonly number[], keep = false): Tensor {
  return reduceBy(reduceMinOperator, x, axes, keep);
}
