import { apply, defineOperator, describeShape, fail } from '../operator.ts';
import { type Conv2dGeometry, conv2dShape } from '../shape/conv2d.ts';
import { equalDims, multiplyDims } from '../shape/dim.ts';
import type { Shape, Tensor } from '../tensor.ts';
import { conv2d } from './conv2d.ts';
import { conv2dWeightGradient } from './shared/conv2d-weight-gradient.ts';
import { checkDtype, FLOATS, type Inputs, required, sameDtype } from './shared/inputs.ts';

/** ONNX reads an end before the axis as its start. */
const THE_END = 2 ** 31 - 1;

type Conv2dTransposedAttributes = {
  stride: number;
  padding: number;
  dilation: number;
  groups: number;
  height: number;
  width: number;
};

export const conv2dTransposedOperator = defineOperator<Conv2dTransposedAttributes>({
  name: 'conv2dTransposed',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs, attributes) {
    const y = required('conv2dTransposed', inputs, 0, 'y');
    const weight = required('conv2dTransposed', inputs, 1, 'weight');
    const dtype = sameDtype('conv2dTransposed', y, weight);
    checkDtype('conv2dTransposed', 'y', y, FLOATS);
    return [{ dtype, shape: transposedShape(inputs, attributes) }];
  },
  multiplyAdds: (inputs) => multiplyDims(...(inputs[0]?.shape ?? []), ...(inputs[1]?.shape.slice(1) ?? [])),
  lower(emit, names, { inputs, attributes }) {
    const { stride, padding, dilation, groups, height, width } = attributes;
    const [rows = 0, columns = 0] = inputs[0]?.shape.slice(2).map(Number) ?? [];
    const [tall = 1, wide = 1] = inputs[1]?.shape.slice(2).map(Number) ?? [];
    // At stride 1 it is a convolution again, with the kernel turned around, which has the faster kernel.
    const border = [dilation * (tall - 1) - padding, dilation * (wide - 1) - padding] as const;
    if (stride === 1 && groups === 1 && Math.min(...border) >= 0) {
      const swapped = emit.node('Transpose', [names[1]], { perm: [1, 0, 2, 3] });
      const pair = (value: number) => emit.shape([value, value]);
      const turned = emit.node('Slice', [swapped, pair(-1), pair(-THE_END), emit.shape([2, 3]), pair(-1)]);
      return [
        emit.node('Conv', [names[0], turned], {
          strides: [1, 1],
          pads: [...border, ...border],
          dilations: [dilation, dilation],
          group: 1,
        }),
      ];
    }
    const missing = (size: number, places: number, kernel: number) =>
      size - ((places - 1) * stride + dilation * (kernel - 1) + 1 - 2 * padding);
    return [
      emit.node('ConvTranspose', names, {
        strides: [stride, stride],
        pads: [padding, padding, padding, padding],
        dilations: [dilation, dilation],
        group: groups,
        output_padding: [missing(height, rows, tall), missing(width, columns, wide)],
      }),
    ];
  },
  // Back and forth: what `conv2d` gathers, this spreads.
  gradient({ cotangent, input, attributes: { height: _height, width: _width, ...geometry } }) {
    return [
      conv2d(cotangent, input(1), undefined, geometry),
      conv2dWeightGradient(cotangent, input(0), input(1).shape, geometry),
    ];
  },
});

/**
 * The gradient of `conv2d` by its input (a transposed convolution): every place of y spreads over the places of the
 * input that it was computed from.
 *
 * @param y `[batch, out, ...]`, in the shape of `conv2d`'s result
 * @param weight `conv2d`'s: `[out, in/groups, kernelHeight, kernelWidth]`
 * @param size height and width of `conv2d`'s input
 * @returns `[batch, in, height, width]`
 * @throws ModelError when `conv2d` with this geometry does not turn such an input into the shape of y
 */
export function conv2dTransposed(
  y: Tensor,
  weight: Tensor,
  geometry: Conv2dGeometry,
  { height, width }: { readonly height: number; readonly width: number },
): Tensor {
  return apply(conv2dTransposedOperator, [y, weight], { ...geometry, height, width });
}

function transposedShape(inputs: Inputs, { height, width, ...geometry }: Conv2dTransposedAttributes): Shape {
  const y = required('conv2dTransposed', inputs, 0, 'y');
  const weight = required('conv2dTransposed', inputs, 1, 'weight');
  const [batch = 0] = y.shape;
  const shape = [batch, multiplyDims(weight.shape[1] ?? 0, geometry.groups), height, width];
  const forward = conv2dShape(shape, weight.shape, undefined, geometry);
  const fits = y.shape.length === 4 && forward.every((dim, axis) => equalDims(dim, y.shape[axis] ?? 0));
  if (!fits) {
    fail(
      `conv2dTransposed: conv2d turns ${describeShape(shape)} into ${describeShape(forward)}, but y is ${describeShape(y.shape)}`,
    );
  }
  return shape;
}
