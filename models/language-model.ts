import type { CheckpointName, Tensor } from '../dsl/index.ts';

/** Keys and values of some tokens: `[batch, keyValueHeads, tokens, headDim]` each. */
export interface KeysAndValues {
  readonly key: Tensor;
  readonly value: Tensor;
}

/**
 * A decoder language model as `flamingo` takes it apart: embed, layer by layer, logits. Each family is one file
 * that makes one of these.
 */
export interface LanguageModel {
  readonly family: string;
  readonly dim: number;
  readonly vocabulary: number;
  /** The longest prompt and answer together, in tokens. */
  readonly contextLength: number;
  readonly layers: number;
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
   * One decoder layer. `visible` is bool `[batch, 1, text, past+text]`: which keys each token may attend to.
   *
   * @param past of the earlier tokens, as earlier calls added them
   * @returns `added`: keys and values of the new tokens
   */
  layer(
    index: number,
    x: Tensor,
    visible: Tensor,
    past: KeysAndValues,
  ): { readonly x: Tensor; readonly added: KeysAndValues };
  /** `[tokens, dim]` -> logits `[tokens, vocabulary]`. */
  logits(x: Tensor): Tensor;
}
