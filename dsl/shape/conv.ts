import { describeShape, fail } from '../operator.ts';
import { sentence } from '../sentence.ts';
import { OUTPUT_BIAS } from '../sentences/linear.ts';
import type { Shape } from '../tensor.ts';
import { equalDims } from './dim.ts';
import { type Window, windowPlaces } from './window.ts';

export type ConvGeometry = Window & { readonly groups: number };

/** The names of the axes over which a convolution moves. */
export const SPATIAL = ['length', 'height, width', 'depth, height, width'];

/** The author's name of a convolution over so many axes. */
export function convName({ stride }: Window): string {
  return `conv${stride.length}d`;
}

/** x `[batch, in, ...size]`, weight `[out, in/groups, ...kernel]`, bias `[out]`. */
export function convShape(x: Shape, weight: Shape, bias: Shape | undefined, geometry: ConvGeometry): Shape {
  const name = convName(geometry);
  const { groups, stride } = geometry;
  const axes = SPATIAL[stride.length - 1];
  const [batch, input] = x;
  if (x.length !== stride.length + 2 || batch === undefined || input === undefined)
    return fail(`${name}: x must be [batch, in, ${axes}], but it is ${describeShape(x)}`);
  const [output, inner, ...kernel] = weight;
  const sizes = kernel.filter((size) => typeof size === 'number');
  if (
    output === undefined ||
    typeof inner !== 'number' ||
    sizes.length !== stride.length ||
    kernel.length !== stride.length ||
    !equalDims(input, inner * groups)
  ) {
    return fail(
      `${name}: x is ${describeShape(x)}, so weight must be [out, ${groups === 1 ? input : `${input}/${groups}`}, ${axes}], but it is ${describeShape(weight)}`,
    );
  }
  if (bias !== undefined && (bias.length !== 1 || !equalDims(bias[0] ?? 0, output))) {
    fail(
      sentence(OUTPUT_BIAS, {
        operator: name,
        weight: describeShape(weight),
        out: output,
        bias: describeShape(bias),
      }),
    );
  }
  return [batch, output, ...windowPlaces(name, x, sizes, geometry, describeShape(weight))];
}
