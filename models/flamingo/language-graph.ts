import {
  cast,
  concat,
  cumulativeSum,
  type Dtype,
  type Graph,
  gather,
  input,
  rearrange,
  reduceMax,
  type Shape,
  split,
  subtract,
  type Tensor,
} from '../../dsl/index.ts';
import type { LanguageModel, TextPlaces } from '../shared/language-model.ts';

/** A gated cross-attention block on tokens packed by image: what `gatedCrossAttention` takes and gives. */
export type CrossAttentionBlock = (
  x: Tensor,
  key: Tensor,
  value: Tensor,
  mediaRows: Tensor,
  mediaSlots: Tensor,
  hasMedia: Tensor,
) => Tensor;

/** The gated cross-attention blocks by the layer of the language model that each stands before, ascending. */
export type CrossAttentionBlocks = ReadonlyMap<number, CrossAttentionBlock>;

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
 * The language model with its cross-attention, one graph for prefill (no past) and decode (new tokens on a past). The
 * past is read, never written: the keys and values of the new tokens come out for the caller to append. `attention_mask`
 * `[batch, text, past+text]` says which places each token looks at: order, padding, room that a cache has not used yet
 * (it may hold anything finite), and continuations of one text that do not see each other are the caller's to say.
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
  const attentionMask = take('attention_mask', 'bool', ['batch', 'text', 'past+text']);
  const places: TextPlaces = {
    visible: rearrange(attentionMask, 'batch text keys -> batch 1 text keys'),
    positions,
    keyPositions: concat([pastPositions(attentionMask), positions], 1),
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
    const [next, newKey, newValue] = language.layer(layer, x, places, cache);
    x = next;
    outputs[`new_key.${layer}`] = newKey;
    outputs[`new_value.${layer}`] = newValue;
  }
  const asked = gather(rearrange(x, 'batch text dim -> (batch text) dim'), wanted, 0);
  return { name: 'language', inputs, outputs: { logits: language.logits(asked), ...outputs } };
}

/** int64 `[batch, past]`: a place's number among the real ones, which some new token sees since every real one does. */
function pastPositions(attentionMask: Tensor): Tensor {
  const [past] = split(cast(attentionMask, 'int64'), ['past', 'text'], 2);
  if (past === undefined) throw new Error('a split in two has a first part');
  return subtract(cumulativeSum(reduceMax(past, [1]), 1), 1);
}
