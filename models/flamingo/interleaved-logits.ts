import { arange, constant, equal, expand, lessOrEqual, rearrange, type Tensor } from '../../dsl/index.ts';
import type { LanguageMedia } from '../media/language-graph.ts';
import type { SeenPictures } from '../media/seen-pictures.ts';
import { embedTokens, type LanguageModel } from '../shared/language-model.ts';
import { type RecurrentLayer, recur } from '../shared/recurrent-layer.ts';
import type { FlamingoParts } from './flamingo-parts.ts';
import { type MediaMask, mediaMask, seenPictures } from './media-mask.ts';

/** Sequences of text with images between, all at once, as training reads them. */
export interface InterleavedBatch {
  /** int64 `[batch, text]`, padded on the right: what comes after the last real token is never looked at. */
  readonly tokens: Tensor;
  /** Vision features `[batch, media, frames, places, dim]`; the i-th `<image>` token of a row stands for its i-th image. */
  readonly features: Tensor;
  /** The id of the `<image>` token. */
  readonly imageToken: number;
  /** Which pictures a token sees: what the model is compiled with. Default `last`, that of `packedCrossAttention()`. */
  readonly sees?: SeenPictures;
}

/**
 * Logits `[batch, text, vocabulary]` of the token after each token, without a cache: a Flamingo's forward pass for
 * training. The cross-attention sees the last image at or before each token (Flamingo paper, section 2.3), or those that
 * `sees` says, under a mask, with the parameters of the form that a compiled model runs.
 *
 * @param parts of `flamingoParts(options)`
 * @param watch is shown the hidden states `[batch, text, dim]` before and after each block, for losses of their own
 */
export function interleavedLogits(
  { language, perceiver, blocks }: Pick<FlamingoParts, 'language' | 'perceiver' | 'blocks'>,
  { tokens, features, imageToken, sees = 'last' }: InterleavedBatch,
  watch?: (layer: number, before: Tensor, after: Tensor) => void,
): Tensor {
  const latents = perceiver(features);
  const [, text = 1] = tokens.shape;
  const [, media = 1] = features.shape;
  const locations = equal(tokens, constant([imageToken], [1], 'int64'));
  const mask: Partial<MediaMask> & Pick<MediaMask, 'attends'> =
    sees === 'last'
      ? mediaMask(locations, text, media, { onlyImmediate: true, cached: false })
      : { attends: seenPictures(locations, media, sees) };
  return decoderLogits(language, tokens, {
    before(layer, x) {
      const block = blocks.get(layer);
      if (block === undefined) return x;
      const after = block(x, latents, mask.attends, mask.uniform);
      watch?.(layer, x, after);
      return after;
    },
  });
}

/** Logits `[batch, text, vocabulary]` of a language model alone; tokens int64 `[batch, text]`, padded on the right. */
export function textLogits(language: LanguageModel, tokens: Tensor): Tensor {
  return decoderLogits(language, tokens, {});
}

/**
 * Logits `[batch, text, vocabulary]` of a language model; tokens int64 `[batch, text]`, padded on the right.
 *
 * @param media what is done to the embeddings, and to the hidden states before each layer
 */
export function decoderLogits(language: LanguageModel, tokens: Tensor, media: LanguageMedia): Tensor {
  const [batch = 1, text = 1] = tokens.shape;
  const { keyValueHeads, headDim, recurrent } = language;
  const visible = expand(
    lessOrEqual(
      rearrange(arange(text), 'keys -> 1 1 1 keys'),
      rearrange(arange(text), 'queries -> 1 1 queries 1'),
    ),
    [batch, 1, text, text],
  );
  const nothing = expand(constant([], [1, keyValueHeads, 0, headDim]), [batch, keyValueHeads, 0, headDim]);
  const positions = expand(rearrange(arange(text), 'text -> 1 text'), [batch, text]);
  const places = { visible, positions, keyPositions: positions };
  let x = embedTokens(language, tokens, positions, media.splice);
  for (let layer = 0; layer < language.layers; layer++) {
    x = media.before?.(layer, x) ?? x;
    const recurrence = recurrent?.get(layer);
    if (recurrence === undefined) [x] = language.layer(layer, x, places, { key: nothing, value: nothing });
    else x = fromNothing(layer, recurrence, x, positions);
  }
  const flat = language.logits(rearrange(x, 'batch text dim -> (batch text) dim'));
  return rearrange(flat, '(batch text) vocabulary -> batch text vocabulary', { batch, text });
}

/** A recurrence from its beginning; what pads on the right comes behind all that counts. */
function fromNothing(layer: number, recurrence: RecurrentLayer, x: Tensor, positions: Tensor): Tensor {
  const [batch = 1, text = 1] = positions.shape;
  const states = Object.fromEntries(
    Object.entries(recurrence.states).map(([name, sizes]) => [
      name,
      expand(
        constant(
          [0],
          sizes.map(() => 1),
        ),
        [batch, ...sizes],
      ),
    ]),
  );
  const real = () => expand(constant([1], [1, 1], 'bool'), [batch, text]);
  return recur(layer, recurrence, x, { real, positions }, states).x;
}
