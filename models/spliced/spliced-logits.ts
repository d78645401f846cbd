import {
  add,
  arange,
  cast,
  constant,
  cumsum,
  equal,
  maximum,
  multiply,
  rearrange,
  sizeOf,
  subtract,
  type Tensor,
} from '../../dsl/index.ts';
import { decoderLogits } from '../flamingo/interleaved-logits.ts';
import { splice } from '../media/spliced.ts';
import type { SplicedParts } from './spliced.ts';

/** Sequences of text with images between, all at once, as training reads them. */
export interface SplicedBatch {
  /**
   * int64 `[batch, text]`, padded on the right; a picture has its `<image>` token as often as it takes places, which is
   * how the compiled model reads it.
   */
  readonly tokens: Tensor;
  /** Vision features `[batch, media, frames, places, dim]`, each row's pictures in their order. */
  readonly features: Tensor;
  /** The id of the `<image>` token. */
  readonly imageToken: number;
}

/**
 * Logits `[batch, text, vocabulary]` of the token after each token, without a cache: the forward pass of a model with
 * spliced images for training, with the parameters of the compiled one.
 *
 * @param parts of `splicedParts(options)`
 */
export function splicedLogits(
  { language, connector }: Pick<SplicedParts, 'language' | 'connector'>,
  { tokens, features, imageToken }: SplicedBatch,
): Tensor {
  const [batch = 1, media = 1] = features.shape;
  const pictures = rearrange(features, 'batch media frames places dim -> (batch media) frames places dim');
  const connected = connector.connect(pictures);
  const [, places = 1] = connected.shape;
  const flat = rearrange(connected, 'images places dim -> (images places) dim');
  const isFeature = equal(tokens, constant([imageToken], [1], 'int64'));
  // The n-th image token of a row stands for its n-th feature; rows have their features one after another.
  const within = maximum(subtract(cumsum(cast(isFeature, 'int64'), 1), 1), 0);
  const firsts = multiply(multiply(arange(batch), sizeOf(media)), sizeOf(places));
  const slots = add(within, rearrange(firsts, 'batch -> batch 1'));
  return decoderLogits(language, tokens, {
    splice: (embedded) => splice(embedded, flat, slots, isFeature),
  });
}
