import type { CheckpointName, Tensor } from '../../dsl/index.ts';
import type { RecurrentLayer } from './recurrent-layer.ts';

/** Keys and values of earlier tokens: `[batch, keyValueHeads, past, headDim]` each. */
export interface KeyValueCache {
  readonly key: Tensor;
  readonly value: Tensor;
}

/** Where the new tokens and all keys stand. A family uses what its positions need; the rest is not computed. */
export interface TextPlaces {
  /** bool `[batch, 1, text, past+text]`: which keys each new token may attend to. */
  readonly visible: Tensor;
  /** int64 `[batch, text]`: the new tokens' places among the real tokens of their sequence, from 0. */
  readonly positions: Tensor;
  /** int64 `[batch, past+text]`: the same of every key. Those of padding mean nothing. */
  readonly keyPositions: Tensor;
}

/**
 * A decoder language model as `flamingo` takes it apart: embed, layer by layer, logits. Each family is one file
 * that makes one of these.
 */
export interface LanguageModel<Layers extends number = number, Width extends number = number> {
  readonly family: string;
  readonly dim: Width;
  readonly vocabulary: number;
  /** The longest prompt and answer together, in tokens. */
  readonly contextLength: number;
  readonly layers: Layers;
  /** The layers that are recurrences, by their index; the others attend. Default: none. */
  readonly recurrent?: ReadonlyMap<number, RecurrentLayer>;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headDim: number;
  /** The tree of blocks and parameters, for naming. */
  readonly parts: object;
  readonly options: Readonly<Record<string, unknown>>;
  readonly checkpointNames: readonly CheckpointName[];
  /** tokens int64 `[batch, text]` -> `[batch, text, dim]`, without positions: image features may take their place. */
  embed(tokens: Tensor): Tensor;
  /**
   * Adds the embeddings of positions int64 `[batch, text]` to those of tokens `[batch, text, dim]`; left out by a family
   * that has none.
   */
  addPositions?(embedded: Tensor, positions: Tensor): Tensor;
  /**
   * One decoder layer that attends: x `[batch, text, dim]` in and out, with the keys and values of the new tokens
   * `[batch, keyValueHeads, text, headDim]`, which follow the past's in the next call.
   */
  layer(
    index: number,
    x: Tensor,
    places: TextPlaces,
    past: KeyValueCache,
  ): readonly [x: Tensor, newKey: Tensor, newValue: Tensor];
  /** `[tokens, dim]` -> logits `[tokens, vocabulary]`. */
  logits(x: Tensor): Tensor;
}

/**
 * The embeddings of tokens at their positions, `[batch, text, dim]`.
 *
 * @param splice is done to those of the tokens before positions are added; default: nothing
 */
export function embedTokens(
  language: Pick<LanguageModel, 'embed' | 'addPositions'>,
  tokens: Tensor,
  positions: Tensor,
  splice: (embedded: Tensor) => Tensor = (embedded) => embedded,
): Tensor {
  const embedded = splice(language.embed(tokens));
  return language.addPositions?.(embedded, positions) ?? embedded;
}

/** How many layers a family's options ask for, where the types can tell. */
export type LayersOf<O> = O extends { readonly layers: infer Layers extends number } ? Layers : number;

/** The layers that attend, ascending: those that have keys and values. */
export function attendingLayers({
  layers,
  recurrent,
}: Pick<LanguageModel, 'layers' | 'recurrent'>): readonly number[] {
  return Array.from({ length: layers }, (_, layer) => layer).filter((layer) => !recurrent?.has(layer));
}

/** The layer at an index that is known to be one of the model's. */
export function layerAt<Layer>(layers: readonly Layer[], index: number): Layer {
  const layer = layers[index];
  if (layer === undefined)
    throw new RangeError(`the language model has ${layers.length} layers, not a layer ${index}`);
  return layer;
}
