import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import { SCALAR } from '../sentences/last-axis.ts';
import { LINEAR_WEIGHT, OUTPUT_BIAS } from '../sentences/linear.ts';
import type { Shape } from '../tensor.ts';
import { equalDims } from './dim.ts';

/** `x [..., in]`, weight `[out, in]` (PyTorch's layout), bias `[out]` give `[..., out]`. */
export function linearShape(x: Shape, weight: Shape, bias?: Shape): Shape {
  const width = x.at(-1);
  const [output, input] = weight;
  if (width === undefined) return fail(sentence(SCALAR, { operator: 'linear' }));
  if (weight.length !== 2 || output === undefined || input === undefined || !equalDims(width, input)) {
    return fail(sentence(LINEAR_WEIGHT, { x: describeShape(x), width, weight: describeShape(weight) }));
  }
  const [biasWidth] = bias ?? [];
  if (bias !== undefined && (bias.length !== 1 || biasWidth === undefined || !equalDims(biasWidth, output))) {
    fail(
      sentence(OUTPUT_BIAS, {
        operator: 'linear',
        weight: describeShape(weight),
        out: output,
        bias: describeShape(bias),
      }),
    );
  }
  return [...x.slice(0, -1), output];
}
