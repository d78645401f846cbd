import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import { CONV_AXES, CONV_WEIGHT, GROUPED_CHANNELS } from '../sentences/conv.ts';
import { OUTPUT_BIAS } from '../sentences/linear.ts';
import type { Shape } from '../tensor.ts';
import { equalDims } from './dim.ts';
import { spatialAxes, type Window, windowPlaces } from './window.ts';

export type ConvGeometry = Window & { readonly groups: number };

/** The author's name of a convolution over so many axes. */
export function convName({ stride }: Window): string {
  return `conv${stride.length}d`;
}

/** x `[batch, in, ...size]`, weight `[out, in/groups, ...kernel]`, bias `[out]`. */
export function convShape(x: Shape, weight: Shape, bias: Shape | undefined, geometry: ConvGeometry): Shape {
  const name = convName(geometry);
  const { groups, stride } = geometry;
  const axes = spatialAxes(stride.length);
  const [batch, input] = x;
  if (x.length !== stride.length + 2 || batch === undefined || input === undefined)
    return fail(sentence(CONV_AXES, { operator: name, axes, x: describeShape(x) }));
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
      sentence(CONV_WEIGHT, {
        operator: name,
        x: describeShape(x),
        channels: groups === 1 ? input : sentence(GROUPED_CHANNELS, { channels: input, groups }),
        axes,
        weight: describeShape(weight),
      }),
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
