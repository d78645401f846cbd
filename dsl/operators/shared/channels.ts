import { sentence } from '../../errors/sentence.ts';
import { describeShape, fail } from '../../operator.ts';
import { CHANNEL_AXES } from '../../sentences/channels.ts';
import { VECTOR } from '../../sentences/vector.ts';
import { equalDims } from '../../shape/dim.ts';
import type { Dim, Shape, Tensor } from '../../tensor.ts';

/** The second axis of x, `[batch, channels, ...]`. */
export function channelsOf(operator: string, x: Tensor): Dim {
  const [, channels] = x.shape;
  return channels ?? fail(sentence(CHANNEL_AXES, { operator, x: describeShape(x.shape) }));
}

/** Refuses a vector that does not have one value for each channel of x; a missing one is fine. */
export function checkChannels(operator: string, x: Tensor, name: string, vector: Tensor | undefined): void {
  const channels = channelsOf(operator, x);
  if (vector === undefined) return;
  const [size] = vector.shape;
  if (vector.shape.length !== 1 || size === undefined || !equalDims(size, channels)) {
    fail(
      sentence(VECTOR, {
        operator,
        x: describeShape(x.shape),
        name,
        width: channels,
        vector: describeShape(vector.shape),
      }),
    );
  }
}

/** The shape in which a vector of channels broadcasts against x. */
export function alongChannels(x: Shape): Shape {
  return x.slice(1).map((dim, axis) => (axis === 0 ? dim : 1));
}
