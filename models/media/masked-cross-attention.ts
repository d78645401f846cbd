import { gather, rearrange, repeat, type Tensor } from '../../dsl/index.ts';
import { keyedGatedCrossAttention, mediaKeysAndValues } from '../flamingo/gated-cross-attention.ts';
import {
  byLayer,
  type CrossAttentionWay,
  type KeysAndValues,
  type LatentSizes,
  takeKeysAndValues,
} from './cross-attention.ts';
import type { LanguageMediaMaker } from './language-graph.ts';

/**
 * Which pictures a token sees of those at or before it: the last one (as the Flamingo paper has it), the last ones that
 * stand in a row, with no text between them (as Llama 3.2 Vision has it), or all of them (OpenFlamingo's
 * `only_attend_immediate_media=False`).
 */
export type SeenPictures = 'last' | 'last-in-a-row' | 'all-previous';

export interface MaskedCrossAttentionOptions {
  /** Default `all-previous`. */
  readonly sees?: SeenPictures;
}

/** A gated cross-attention block on several pictures under a mask: what `keyedGatedCrossAttention` takes and gives. */
export type KeyedBlock = (x: Tensor, key: Tensor, value: Tensor, attends: Tensor) => Tensor;

/**
 * Each token sees the pictures that a mask says, and nothing after an end of document up to the next picture; a token
 * that sees none takes exactly nothing from them. Keys and values of a picture are computed once and kept. The work of a
 * token grows with the number of pictures in its text; where each sees one alone, `packedCrossAttention` is the same for
 * less.
 */
export function maskedCrossAttention({
  sees = 'all-previous',
}: MaskedCrossAttentionOptions = {}): CrossAttentionWay<ReturnType<typeof keyedGatedCrossAttention>> {
  return {
    block: keyedGatedCrossAttention,
    media: maskedMedia,
    keysAndValues: mediaKeysAndValues,
    facts: ({ layers, heads, headDim, latents, dim }) => ({
      ...{ way: 'masked-cross-attention', layers, heads, headDim, latents, dim },
      sees,
    }),
  };
}

/**
 * `media_rows` `[batch, media]` lists the pictures of each sequence, as rows of `media_key.{i}` and `media_value.{i}`;
 * `media_mask` `[batch, text, media]` says which of them each token sees.
 *
 * @param blocks by the layer of the language model that each stands before, ascending
 */
export function maskedMedia(blocks: ReadonlyMap<number, KeyedBlock>, sizes: LatentSizes): LanguageMediaMaker {
  return (take) => {
    const placed = byLayer(blocks, takeKeysAndValues(take, blocks.size, sizes));
    const rows = take('media_rows', 'int64', ['batch', 'media']);
    const mask = take('media_mask', 'bool', ['batch', 'text', 'media']);
    const attends = attendsTo(mask, sizes.latents);
    return {
      before(layer, x) {
        const here = placed.get(layer);
        if (here === undefined) return x;
        const { key, value } = ofSequences(here.image, rows);
        return here.block(x, key, value, attends);
      },
    };
  };
}

/** Keys and values of each sequence's pictures, `[batch, heads, media*latents, headDim]`. */
function ofSequences({ key, value }: KeysAndValues, rows: Tensor): KeysAndValues {
  const chosen = (all: Tensor) =>
    rearrange(
      gather(all, rows, 0),
      'batch media heads latents headDim -> batch heads (media latents) headDim',
    );
  return { key: chosen(key), value: chosen(value) };
}

/** bool `[batch, text, media]` to `[batch, 1, text, media*latents]`. */
export function attendsTo(mask: Tensor, latents: number): Tensor {
  return repeat(mask, 'batch text media -> batch 1 text (media latents)', { latents });
}
