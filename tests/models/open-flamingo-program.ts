import type { SafetensorsFile } from '../../compiler/weights/safetensors.ts';
import type { Program } from '../../dsl/program.ts';
import { clipVit } from '../../models/clip-vit.ts';
import { type FlamingoOptions, flamingo } from '../../models/flamingo.ts';
import { opt } from '../../models/opt.ts';
import { sizesOf } from './reference.ts';

/** The model that OpenFlamingo joined for the reference, in this project's words. */
export function openFlamingoProgram(file: SafetensorsFile, tokens: FlamingoOptions['tokens'] = {}): Program {
  const size = sizesOf(file);
  const vision = sizesOf(file, 'vision');
  const language = sizesOf(file, 'language');
  return flamingo({
    name: 'open-flamingo-reference',
    convention: 'open-flamingo',
    tokens,
    vision: clipVit({
      image: vision('image_size'),
      patch: vision('patch_size'),
      dim: vision('hidden_size'),
      layers: vision('num_hidden_layers'),
      heads: vision('num_attention_heads'),
      inner: vision('intermediate_size'),
    }),
    language: opt({
      dim: language('hidden_size'),
      layers: language('num_hidden_layers'),
      heads: language('num_attention_heads'),
      inner: language('ffn_dim'),
      vocabulary: size('vocab_size'),
      contextLength: language('max_position_embeddings'),
    }),
    crossAttention: { every: size('cross_attn_every_n_layers') },
  });
}
