import { decoder } from 'flamingo-onnx';
import { add, attention, block, embedding, layerNorm, linear, type Tensor } from 'flamingo-onnx/dsl';
import type { LanguageChanges, LanguageFamily, LanguageModel } from 'flamingo-onnx/extend';
import { softsign, softsignByHand } from '../operators/softsign.ts';

const nodLayer = block('NodLayer', {
  sizes: ['dim', 'heads', 'headDim'],
  takes: [
    'batch text dim',
    'batch 1 text past+text: bool',
    'batch heads past headDim',
    'batch heads past headDim',
  ],
  gives: ['batch text dim', 'batch heads text headDim', 'batch heads text headDim'],
  parts: ({ dim }) => ({
    norm: layerNorm(dim),
    query: linear(dim, dim),
    key: linear(dim, dim),
    value: linear(dim, dim),
    out: linear(dim, dim),
  }),
  forward: ({ parts, sizes }, x, visible, key, value) => {
    const normed = parts.norm(x);
    const attended = attention(parts.query(normed), parts.key(normed), parts.value(normed), {
      heads: sizes.heads,
      mask: visible,
      past: { key, value },
    });
    return [add(x, parts.out(softsignByHand(attended.result))), attended.newKey, attended.newValue];
  },
});

export interface NodOptions {
  readonly dim: number;
  readonly layers: number;
  readonly heads: number;
  readonly vocabulary: number;
}

/** A decoder of attention alone, without positions. */
export function nod({ dim, layers, heads, vocabulary }: NodOptions): LanguageModel {
  const parts = {
    embed: embedding(vocabulary, dim),
    layers: Array.from({ length: layers }, () => nodLayer({ dim, heads, headDim: dim / heads })),
    head: linear(dim, vocabulary),
  };
  return decoder({
    family: 'nod',
    options: { dim, layers, heads, vocabulary, contextLength: 256 },
    parts,
    blocks: parts.layers,
    checkpointNames: [],
    embed: (tokens: Tensor) => parts.embed(tokens),
    layer: (layer, x, { visible }, past) => layer(x, visible, past.key, past.value),
    logits: (x) => parts.head(softsign(x)),
  });
}

export const nodFamily: LanguageFamily = {
  name: 'Nod',
  models: { nod: nodFromConfig },
};

export function nodFromConfig(config: unknown, changes: LanguageChanges): LanguageModel {
  const { width, depth, words } = config as { width: number; depth: number; words: number };
  return nod({ dim: width, layers: depth, heads: 2, vocabulary: changes.vocabulary ?? words });
}
