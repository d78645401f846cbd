import {
  add,
  and,
  arange,
  cast,
  cumulativeSum,
  type Dtype,
  type Graph,
  gather,
  input,
  lessOrEqual,
  rearrange,
  type Shape,
  sizeOf,
  subtract,
  type Tensor,
} from '../dsl/index.ts';
import type { gatedCrossAttention } from './gated-cross-attention.ts';
import type { LanguageModel, TextPlaces } from './language-model.ts';

/** The gated cross-attention blocks by the layer of the language model that each stands before, ascending. */
export type CrossAttentionBlocks = ReadonlyMap<number, ReturnType<typeof gatedCrossAttention>>;

export interface LanguageGraphParts {
  readonly language: LanguageModel;
  readonly blocks: CrossAttentionBlocks;
  /** Of the cross-attention. */
  readonly heads: number;
  readonly headDim: number;
  /** Per image. */
  readonly latents: number;
}

/**
 * The language model with its cross-attention, one graph for prefill (no past) and decode (new tokens on a past).
 *
 * Tokens look at images by packing: `media_rows` `[rows, chunk]` lists, for each image, the flat indices of the
 * tokens whose last image it is; `media_slots` `[batch, text]` says where each token went. Logits are computed for the
 * tokens in `wanted` alone.
 */
export function languageGraph({ language, blocks, heads, headDim, latents }: LanguageGraphParts): Graph {
  const inputs: Record<string, Tensor> = {};
  const take = (name: string, dtype: Dtype, shape: Shape): Tensor => {
    const tensor = input(name, dtype, shape);
    inputs[name] = tensor;
    return tensor;
  };
  const tokens = take('tokens', 'int64', ['batch', 'text']);
  const positions = take('positions', 'int64', ['batch', 'text']);
  const attentionMask = take('attention_mask', 'bool', ['batch', 'past+text']);
  const places: TextPlaces = {
    visible: causal(attentionMask),
    positions,
    keyPositions: subtract(cumulativeSum(cast(attentionMask, 'int64'), 1), 1),
  };
  const past = Array.from({ length: language.layers }, (_, layer) => ({
    key: take(`past_key.${layer}`, 'float32', ['batch', language.keyValueHeads, 'past', language.headDim]),
    value: take(`past_value.${layer}`, 'float32', [
      'batch',
      language.keyValueHeads,
      'past',
      language.headDim,
    ]),
  }));
  const media = [...blocks.keys()].map((_, index) => ({
    key: take(`media_key.${index}`, 'float32', ['rows', heads, latents, headDim]),
    value: take(`media_value.${index}`, 'float32', ['rows', heads, latents, headDim]),
  }));
  const mediaRows = take('media_rows', 'int64', ['rows', 'chunk']);
  const mediaSlots = take('media_slots', 'int64', ['batch', 'text']);
  const hasMedia = take('has_media', 'bool', ['batch', 'text']);
  const wanted = take('wanted', 'int64', ['wanted']);

  let x = language.embed(tokens, positions);
  const outputs: Record<string, Tensor> = {};
  const remaining = media.values();
  for (const [layer, cache] of past.entries()) {
    const block = blocks.get(layer);
    const image = block && remaining.next().value;
    if (block && image) x = block(x, image.key, image.value, mediaRows, mediaSlots, hasMedia);
    const [next, presentKey, presentValue] = language.layer(layer, x, places, cache);
    x = next;
    outputs[`present_key.${layer}`] = presentKey;
    outputs[`present_value.${layer}`] = presentValue;
  }
  const asked = gather(rearrange(x, 'batch text dim -> (batch text) dim'), wanted, 0);
  return { name: 'language', inputs, outputs: { logits: language.logits(asked), ...outputs } };
}

/**
 * bool `[batch, 1, text, past+text]`: a token sees every real token that is not after it. Order is that of the slots
 * of the cache, so that padding may stand on either side.
 */
function causal(attentionMask: Tensor): Tensor {
  const keys = rearrange(arange('past+text'), 'keys -> 1 1 1 keys');
  const queries = rearrange(add(arange('text'), sizeOf('past')), 'queries -> 1 1 queries 1');
  return and(lessOrEqual(keys, queries), rearrange(attentionMask, 'batch keys -> batch 1 1 keys'));
}
