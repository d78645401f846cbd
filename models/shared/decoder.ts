import { matmul, type Tensor, transpose } from '../../dsl/index.ts';
import { type KeyValueCache, type LanguageModel, layerAt, type TextPlaces } from './language-model.ts';

/** The sizes that every decoder's options have. */
export interface DecoderSizes {
  readonly dim: number;
  readonly layers: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly contextLength: number;
}

/** What a family says of its decoder; the rest of a `LanguageModel` follows from it. */
export interface DecoderDefinition<Layer>
  extends Pick<
    LanguageModel,
    'family' | 'parts' | 'checkpointNames' | 'embed' | 'addPositions' | 'logits' | 'recurrent'
  > {
  /** The options that the decoder was made from, defaults left out: they are recorded in the artifact. */
  readonly options: DecoderSizes;
  /** Tokens that have embeddings, where they are more than the option `vocabulary` counts. Default: those. */
  readonly vocabulary?: number;
  /** Default: as many as heads. */
  readonly keyValueHeads?: number;
  /** Default: the width by the heads. */
  readonly headDim?: number;
  /** The decoder's layers in their order; of those that `recurrent` has, nothing is asked here. */
  readonly blocks: readonly Layer[];
  /** Computes one of them: shapes as in `LanguageModel.layer`. */
  layer(
    block: Layer,
    x: Tensor,
    places: TextPlaces,
    past: KeyValueCache,
  ): readonly [x: Tensor, newKey: Tensor, newValue: Tensor];
}

/**
 * A decoder language model of what its family says of it: the object that every family's maker returns.
 *
 * @throws RangeError where a layer is asked for that the decoder has not
 */
export function decoder<Layer>({
  options,
  blocks,
  layer,
  ...family
}: DecoderDefinition<Layer>): LanguageModel {
  const { dim, layers, heads, vocabulary, contextLength } = options;
  return {
    ...{ dim, layers, heads, vocabulary, contextLength },
    ...{ keyValueHeads: heads, headDim: dim / heads },
    ...family,
    options: { ...options },
    layer: (index, x, places, past) => layer(layerAt(blocks, index), x, places, past),
  };
}

/**
 * Logits `[tokens, vocabulary]` of a head that is the token embeddings.
 *
 * @param x `[tokens, dim]`
 * @param embedding whose weight is `[vocabulary, dim]`
 */
export function tiedLogits(x: Tensor, embedding: { readonly parts: { readonly weight: Tensor } }): Tensor {
  return matmul(x, transpose(embedding.parts.weight, [1, 0]));
}
