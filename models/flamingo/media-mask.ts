import {
  add,
  arange,
  cast,
  cumulativeSum,
  equal,
  expand,
  greater,
  greaterOrEqual,
  or,
  rearrange,
  reduceSum,
  sizeOf,
  type Tensor,
} from '../../dsl/index.ts';

/** Which images each text token attends to, as OpenFlamingo's `MaskedCrossAttention` has it. */
export interface MediaMask {
  /** bool `[batch, text, media]`: the token attends to this image's latents. */
  readonly attends: Tensor;
  /** bool `[batch, text]`: every score of the token is masked, and softmax over equal scores gives the mean of all values. */
  readonly uniform: Tensor;
}

export interface MediaMaskOptions {
  /** Attend to the last image alone (the paper's choice, phi) rather than to all images so far. */
  readonly onlyImmediate: boolean;
  /** Treat every token as coming after all images, as in cached decoding. */
  readonly cached: boolean;
}

/**
 * The mask of OpenFlamingo's cross-attention from the places of the `<image>` tokens, its corner cases included: a
 * token before the first image gets nothing when only the last image counts (and the mean of all values otherwise);
 * a token that points past the last image gets the mean of all values.
 *
 * @param locations bool `[batch, places]`; `places` equals `text` unless `cached`
 */
export function mediaMask(
  locations: Tensor,
  text: number | string,
  media: number | string,
  options: MediaMaskOptions,
): MediaMask {
  const { onlyImmediate, cached } = options;
  const [batch] = locations.shape;
  const counts = cast(locations, 'int64');
  const textTime = cached
    ? expand(reduceSum(counts, [1], true), [batch ?? 1, text])
    : cumulativeSum(counts, 1);
  const mediaTime = rearrange(arange(media), 'media -> 1 1 media');
  // An image counts from 1, so that text time 0 is "before the first image".
  const reached = rearrange(textTime, 'batch text -> batch text 1');
  const last = onlyImmediate ? greater(textTime, sizeOf(media)) : equal(textTime, 0);
  const attends = onlyImmediate
    ? equal(reached, add(mediaTime, 1))
    : greaterOrEqual(reached, add(mediaTime, 1));
  return { attends: or(attends, rearrange(last, 'batch text -> batch text 1')), uniform: last };
}
