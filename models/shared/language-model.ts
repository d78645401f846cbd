import type { CheckpointName, Tensor } from '../../dsl/index.ts';

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
export interface LanguageModel<Layers extends number = number> {
  readonly family: string;
  readonly dim: number;
  readonly vocabulary: number;
  /** The longest prompt and answer together, in tokens. */
  readonly contextLength: number;
  readonly layers: Layers;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headDim: number;
  /** The tree of blocks and parameters, for naming. */
  readonly parts: object;
  readonly options: Readonly<Record<string, unknown>>;
  readonly checkpointNames: readonly CheckpointName[];
  /** tokens and positions int64 `[batch, text]` -> `[batch, text, dim]`. */
  embed(tokens: Tensor, positions: Tensor): Tensor;
  /**
   * One decoder layer: x `[batch, text, dim]` in and out, with the keys and values of the new tokens
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

/** How many layers a family's options ask for, where the types can tell. */
export type LayersOf<O> = O extends { readonly layers: infer Layers extends number } ? Layers : number;

/** The layer at an index that is known to be one of the model's. */
export function layerAt<Layer>(layers: readonly Layer[], index: number): Layer {
  const layer = layers[index];
  if (layer === undefined)
    throw new RangeError(`the language model has ${layers.length} layers, not a layer ${index}`);
  return layer;
}
