import type { Emitter } from '../../emitter.ts';
import type { Shape } from '../../tensor.ts';

/** Strides, pads and dilations as Conv takes them. */
type ConvWindow = Readonly<Record<'strides' | 'pads' | 'dilations', readonly number[]>>;

/**
 * A convolution in one group. Where the target's Conv errs by the number of channels, the first of them is convolved
 * apart from the others, of which there is then no multiple of 3.
 *
 * @param names of x, weight and, where there is one, bias
 * @param weightShape `[out, in, ...kernel]`
 */
export function convNode(
  emit: Emitter,
  [x, weight, bias]: readonly (string | undefined)[],
  window: ConvWindow,
  weightShape: Shape,
): string {
  const options = { ...window, group: 1 };
  const [out, channels] = weightShape.map(Number);
  if (emit.capabilities.threefoldChannels || !isMistaken(out, channels))
    return emit.node('Conv', [x, weight, bias], options);
  const split = (name: string | undefined) =>
    emit.nodes('Split', [name, emit.shape([1, Number(channels) - 1])], 2, { axis: 1 });
  const [firstX, otherX] = split(x);
  const [firstWeight, otherWeight] = split(weight);
  return emit.node('Add', [
    emit.node('Conv', [firstX, firstWeight], options),
    emit.node('Conv', [otherX, otherWeight, bias], options),
  ]);
}

/** As `threefoldChannels` of a target says. */
function isMistaken(out = 0, channels = 0): boolean {
  return out % 4 === 0 && channels > 3 && channels % 3 === 0 && channels % 4 !== 0;
}
