import { describeShape, fail } from '../operator.ts';
import type { Shape } from '../tensor.ts';
import { equalDims } from './dim.ts';

/** `x [..., in]`, weight `[out, in]` (PyTorch's layout), bias `[out]` give `[..., out]`. */
export function linearShape(x: Shape, weight: Shape, bias?: Shape): Shape {
  const width = x.at(-1);
  const [output, input] = weight;
  if (width === undefined) return fail('linear: x needs at least 1 axis, but it is a scalar');
  if (weight.length !== 2 || output === undefined || input === undefined || !equalDims(width, input)) {
    return fail(
      `linear: x is ${describeShape(x)}, so weight must be [out, ${width}], but it is ${describeShape(weight)}`,
    );
  }
  const [biasWidth] = bias ?? [];
  if (bias !== undefined && (bias.length !== 1 || biasWidth === undefined || !equalDims(biasWidth, output))) {
    fail(
      `linear: weight is ${describeShape(weight)}, so bias must be [${output}], but it is ${describeShape(bias)}`,
    );
  }
  return [...x.slice(0, -1), output];
}
