import { atCallSite } from '../at-call-site.ts';
import { apply, defineOperator, describeShape, fail } from '../operator.ts';
import { type ConvGeometry, convShape } from '../shape/conv.ts';
import { equalShapes, multiplyDims } from '../shape/dim.ts';
import { windowOf } from '../shape/window.ts';
import type { Inputs, Shape, Tensor } from '../tensor.ts';
import { type ConvOptions, convOperator } from './conv.ts';
import { convNode } from './shared/conv-node.ts';
import { convWeightGradient } from './shared/conv-weight-gradient.ts';
import { dimsFromAttribute, dimsToAttribute } from './shared/dims.ts';
import { checkDtype, FLOATS, required, sameDtype } from './shared/inputs.ts';

/** ONNX reads an end before the axis as its start. */

type ConvTransposeAttributes = ConvGeometry & { readonly size: readonly string[] };

export const convTransposeOperator = defineOperator<ConvTransposeAttributes>({
  name: 'convTranspose',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs, attributes) {
    const y = required('convTranspose', inputs, 0, 'y');
    const weight = required('convTranspose', inputs, 1, 'weight');
    const dtype = sameDtype('convTranspose', y, weight);
    checkDtype('convTranspose', 'y', y, FLOATS);
    return [{ dtype, shape: transposedShape(inputs, attributes) }];
  },
  multiplyAdds: (inputs) => multiplyDims(...(inputs[0]?.shape ?? []), ...(inputs[1]?.shape.slice(1) ?? [])),
  lower(emit, names, { inputs: [y, weight], attributes }) {
    const { stride, padding, dilation, groups } = attributes;
    const rank = stride.length;
    const places = y?.shape.slice(2) ?? [];
    const reach = stride.map((_, axis) => (dilation[axis] ?? 1) * (Number(weight?.shape[axis + 2]) - 1));
    // At stride 1 it is a convolution again, with the kernel turned around, which has the faster kernel.
    const border = padding.map((size, side) => (reach[side % rank] ?? 0) - size);
    const spatial = stride.map((_, axis) => axis + 2);
    if (stride.every((step) => step === 1) && groups === 1 && Math.min(...border) >= 0) {
      const swapped = emit.node('Transpose', [names[1]], { perm: [1, 0, ...spatial] });
      // Gather and not a Slice that goes backwards, of which the WebGPU provider of ONNX Runtime 1.30 gives other values.
      const turned = spatial.reduce((kernel, axis) => {
        const places = [...new Array(Number(weight?.shape[axis])).keys()].reverse();
        return emit.node('Gather', [kernel, emit.shape(places)], { axis });
      }, swapped);
      const [out = 0, channels = 0, ...kernel] = weight?.shape ?? [];
      const window = { strides: stride, pads: border, dilations: dilation };
      return [convNode(emit, [names[0], turned], window, [channels, out, ...kernel])];
    }
    // What the last window left over; an open size has a stride of 1, which leaves nothing.
    const missing = dimsFromAttribute(attributes.size).map((size, axis) => {
      const count = places[axis];
      if (typeof size !== 'number' || typeof count !== 'number') return 0;
      const around = (padding[axis] ?? 0) + (padding[axis + rank] ?? 0);
      return size + around - ((count - 1) * (stride[axis] ?? 1) + (reach[axis] ?? 0) + 1);
    });
    return [
      emit.node('ConvTranspose', names, {
        strides: stride,
        pads: padding,
        dilations: dilation,
        group: groups,
        output_padding: missing,
      }),
    ];
  },
  // Back and forth: what `conv` gathers, this spreads.
  gradient({ cotangent, input, attributes: { size: _size, ...geometry } }) {
    return [
      apply(convOperator, [cotangent, input(1)], geometry),
      convWeightGradient(cotangent, input(0), input(1).shape, geometry),
    ];
  },
});

/**
 * The gradient of `conv1d`, `conv2d` or `conv3d` by its input (a transposed convolution): every place of y spreads over
 * the places of the input that it was computed from.
 *
 * @param y `[batch, out, ...]`, in the shape of the convolution's result
 * @param weight the convolution's: `[out, in/groups, ...kernel]`
 * @param size of the convolution's input: its height and width, or one or three numbers
 * @param options the convolution's
 * @returns `[batch, in, ...size]`
 * @throws ModelError when a convolution with these options does not turn such an input into the shape of y
 */
export function convTranspose(
  y: Tensor,
  weight: Tensor,
  size: Shape,
  { groups = 1, ...options }: ConvOptions = {},
): Tensor {
  return atCallSite(() => {
    if (size.length < 1 || size.length > 3)
      fail(`convTranspose: size must be one to three sizes, but it is ${describeShape(size)}`);
    const geometry = { ...windowOf('convTranspose', size.length, options), groups };
    return apply(convTransposeOperator, [y, weight], { ...geometry, size: dimsToAttribute(size) });
  });
}

function transposedShape(inputs: Inputs, { size, ...geometry }: ConvTransposeAttributes): Shape {
  const y = required('convTranspose', inputs, 0, 'y');
  const weight = required('convTranspose', inputs, 1, 'weight');
  const [batch = 0] = y.shape;
  const channels = multiplyDims(weight.shape[1] ?? 0, geometry.groups);
  const shape = [batch, channels, ...dimsFromAttribute(size)];
  const forward = convShape(shape, weight.shape, undefined, geometry);
  if (!equalShapes(forward, y.shape)) {
    fail(
      `convTranspose: conv${size.length}d turns ${describeShape(shape)} into ${describeShape(forward)}, but y is ${describeShape(y.shape)}`,
    );
  }
  return shape;
}
