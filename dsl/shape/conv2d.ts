import { describeShape, fail } from '../operator.ts';
import type { Dim, Shape } from '../tensor.ts';
import { equalDims, isOpen } from './dim.ts';

export interface Conv2dGeometry {
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly groups: number;
}

/**
 * x `[batch, in, height, width]`, weight `[out, in/groups, kernelHeight, kernelWidth]`, bias `[out]`. Height and width
 * must be literal, since their result is a rounded quotient.
 */
export function conv2dShape(
  x: Shape,
  weight: Shape,
  bias: Shape | undefined,
  geometry: Conv2dGeometry,
): Shape {
  const [batch, input, height, width] = x;
  const [output, inner, kernelHeight, kernelWidth] = weight;
  if (
    x.length !== 4 ||
    batch === undefined ||
    input === undefined ||
    height === undefined ||
    width === undefined
  ) {
    return fail(`conv2d: x must be [batch, in, height, width], but it is ${describeShape(x)}`);
  }
  if (
    weight.length !== 4 ||
    output === undefined ||
    inner === undefined ||
    typeof kernelHeight !== 'number' ||
    typeof kernelWidth !== 'number' ||
    typeof inner !== 'number' ||
    !equalDims(input, inner * geometry.groups)
  ) {
    return fail(
      `conv2d: x is ${describeShape(x)}, so weight must be [out, ${geometry.groups === 1 ? input : `${input}/${geometry.groups}`}, height, width], but it is ${describeShape(weight)}`,
    );
  }
  if (bias !== undefined && (bias.length !== 1 || !equalDims(bias[0] ?? 0, output))) {
    fail(
      `conv2d: weight is ${describeShape(weight)}, so bias must be [${output}], but it is ${describeShape(bias)}`,
    );
  }
  const size = (dim: Dim, kernel: number) => {
    if (isOpen(dim))
      return fail(`conv2d: height and width must be known numbers, but x is ${describeShape(x)}`);
    const steps = Number(dim) + 2 * geometry.padding - geometry.dilation * (kernel - 1) - 1;
    if (steps < 0) fail(`conv2d: the kernel ${describeShape(weight)} is larger than x ${describeShape(x)}`);
    return Math.floor(steps / geometry.stride) + 1;
  };
  return [batch, output, size(height, kernelHeight), size(width, kernelWidth)];
}
