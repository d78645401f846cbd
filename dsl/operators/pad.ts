import type { Dtype } from '../dtype.ts';
import { apply, defineOperator, describeShape, fail } from '../operator.ts';
import { resolveAxis } from '../shape/axis.ts';
import { addDims } from '../shape/dim.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import { concat } from './concat.ts';
import { dimsFromAttribute, dimsToAttribute } from './shared/dims.ts';
import { checkDtype, NUMBERS, required } from './shared/inputs.ts';
import { zerosOf } from './shared/zeros.ts';
import { slice } from './slice.ts';

export interface Padding {
  /** May count from the end. */
  readonly axis: number;
  /** Zeros before the first element and after the last; sizes may be open. Default 0. */
  readonly before?: Dim;
  readonly after?: Dim;
}

type PadAttributes = { axes: readonly number[]; before: readonly string[]; after: readonly string[] };

export const padOperator = defineOperator<PadAttributes>({
  name: 'pad',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs, { axes, before, after }) {
    const x = required('pad', inputs, 0, 'x');
    checkDtype('pad', 'x', x, NUMBERS);
    const sizes = [...dimsFromAttribute(before), ...dimsFromAttribute(after)];
    const negative = sizes.find((size) => typeof size === 'number' && size < 0);
    if (negative !== undefined) fail(`pad: sizes must be 0 or more, but one is ${negative}`);
    if (new Set(axes).size !== axes.length)
      fail(`pad: ${describeShape(axes)} names an axis of ${describeShape(x.shape)} twice`);
    return [{ dtype: x.dtype, shape: paddedShape(x.shape, axes, before, after) }];
  },
  lower(emit, inputs, { attributes: { axes, before, after } }) {
    const sizes = emit.shape([...dimsFromAttribute(before), ...dimsFromAttribute(after)]);
    return [emit.node('Pad', [...inputs, sizes, undefined, emit.shape(axes)])];
  },
  decompose(inputs, { axes, before, after }) {
    const padded = axes.reduce(
      (x, axis, index) => {
        const zeros = (sizes: readonly string[]) =>
          zerosOf({ dtype: x.dtype, shape: x.shape.with(axis, dimsFromAttribute(sizes)[index] ?? 0) });
        return concat([zeros(before), x, zeros(after)], axis);
      },
      required('pad', inputs, 0, 'x'),
    );
    return [padded];
  },
  gradient({ cotangent, input, attributes: { axes, before } }) {
    const starts = dimsFromAttribute(before);
    const { shape } = input(0);
    return [
      axes.reduce((rest, axis, index) => {
        const start = starts[index] ?? 0;
        return slice(rest, axis, start, addDims(start, shape[axis] ?? 0));
      }, cotangent),
    ];
  },
});

/**
 * Puts zeros around x along some axes, each named once.
 *
 * @throws ModelError when an axis does not exist or is named twice, or a size is below 0
 */
export function pad<D extends Dtype, S extends Shape>(
  x: Tensor<D, S>,
  paddings: readonly Padding[],
): Tensor<D, { readonly [I in keyof S]: Dim }>;
export function pad(x: Tensor, paddings: readonly Padding[]): Tensor {
  const rank = x.shape.length;
  return apply(padOperator, [x], {
    // An axis that does not exist is left as it is for the shape rule to refuse.
    axes: paddings.map(({ axis }) => (axis < 0 && axis >= -rank ? axis + rank : axis)),
    before: dimsToAttribute(paddings.map(({ before = 0 }) => before)),
    after: dimsToAttribute(paddings.map(({ after = 0 }) => after)),
  });
}

function paddedShape(
  shape: Shape,
  axes: readonly number[],
  before: readonly string[],
  after: readonly string[],
): Shape {
  return axes.reduce((padded, axis, index) => {
    const place = resolveAxis('pad', shape, axis);
    return padded.with(place, addDims(before[index] ?? 0, padded[place] ?? 0, after[index] ?? 0));
  }, shape);
}
