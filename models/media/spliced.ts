import {
  type Dim,
  gather,
  type KnownOptions,
  type PictureText,
  rearrange,
  type Tensor,
  where,
} from '../../dsl/index.ts';
import type { LanguageMediaMaker } from './language-graph.ts';

/**
 * Image features take the places of `<image>` tokens, of which a picture has as many as features: `image_features`
 * `[features, dim]` has those of all pictures, `is_feature` `[batch, text]` says at which places one stands, and
 * `feature_slots` `[batch, text]` which.
 *
 * @param dim width of a feature, which is that of the language model
 */
export function splicedMedia(dim: number): LanguageMediaMaker {
  return (take) => {
    const features = take('image_features', 'float32', ['features', dim]);
    const slots = take('feature_slots', 'int64', ['batch', 'text']);
    const isFeature = take('is_feature', 'bool', ['batch', 'text']);
    return { splice: (embedded) => splice(embedded, features, slots, isFeature) };
  };
}

/**
 * Puts features in the places of tokens' embeddings.
 *
 * @param embedded `[batch, text, dim]`
 * @param features `[features, dim]`
 * @param slots int64 `[batch, text]`, which feature stands at a place
 * @param isFeature bool `[batch, text]`, whether one does
 */
export function splice(embedded: Tensor, features: Tensor, slots: Tensor, isFeature: Tensor): Tensor {
  return where(rearrange(isFeature, 'batch text -> batch text 1'), gather(features, slots, 0), embedded);
}

/**
 * @param features tokens that a picture takes: a number, or a size with `frames` where each frame has its own
 * @param text what is written around them; default nothing
 */
export function splicedFacts(features: Dim, dim: number, text?: PictureText) {
  return { way: 'spliced', features, dim, ...(text && { text: { ...text } }) };
}

/** The option `pictureText` of a model's maker. */
export const KNOWN_PICTURE_TEXT: KnownOptions<PictureText> = {
  alone: 'a text',
  tile: 'a text',
  afterRow: 'a text',
  whole: 'a text',
};
