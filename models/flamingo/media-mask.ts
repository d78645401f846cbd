import {
  add,
  and,
  arange,
  cast,
  concat,
  constant,
  cumsum,
  equal,
  expand,
  greater,
  greaterOrEqual,
  maximum,
  multiply,
  or,
  rearrange,
  reduceMax,
  reduceSum,
  sizeOf,
  slice,
  subtract,
  type Tensor,
} from '../../dsl/index.ts';
import type { SeenPictures } from '../media/seen-pictures.ts';

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
  const textTime = cached ? expand(reduceSum(counts, [1], true), [batch ?? 1, text]) : cumsum(counts, 1);
  const mediaTime = rearrange(arange(media), 'media -> 1 1 media');
  // An image counts from 1, so that text time 0 is "before the first image".
  const reached = rearrange(textTime, 'batch text -> batch text 1');
  const last = onlyImmediate ? greater(textTime, sizeOf(media)) : equal(textTime, 0);
  const attends = onlyImmediate
    ? equal(reached, add(mediaTime, 1))
    : greaterOrEqual(reached, add(mediaTime, 1));
  return { attends: or(attends, rearrange(last, 'batch text -> batch text 1')), uniform: last };
}

/**
 * Which pictures each token sees of those at or before it, bool `[batch, text, media]`, as a model with
 * `maskedCrossAttention` sees them: none before the first.
 *
 * @param locations bool `[batch, text]`, the places of the `<image>` tokens
 */
export function seenPictures(
  locations: Tensor,
  media: number | string,
  sees: Exclude<SeenPictures, 'last'>,
): Tensor {
  const counts = cast(locations, 'int64');
  const reached = rearrange(cumsum(counts, 1), 'batch text -> batch text 1');
  const order = rearrange(add(arange(media), 1), 'media -> 1 1 media');
  const previous = greaterOrEqual(reached, order);
  if (sees === 'all-previous') return previous;
  // A row begins with an image after a token that is none.
  const [batch = 1, text = 1] = locations.shape;
  const before = slice(concat([expand(constant([0], [1, 1], 'int64'), [batch, 1]), counts], 1), 1, 0, text);
  const row = cumsum(maximum(subtract(counts, before), 0), 1);
  const isPicture = and(equal(reached, order), rearrange(locations, 'batch text -> batch text 1'));
  const rowOfToken = rearrange(row, 'batch text -> batch text 1');
  const rowOfPicture = reduceMax(multiply(cast(isPicture, 'int64'), rowOfToken), [1], true);
  return and(previous, equal(rowOfToken, rowOfPicture));
}
