import {
  add,
  attention,
  block,
  concat,
  layerNorm,
  linear,
  normal,
  parameter,
  product,
  rearrange,
  repeat,
  type Tensor,
} from '../../dsl/index.ts';
import { feedForward } from '../shared/feed-forward.ts';

interface ResamplerAttentionOptions {
  /** Layer norms of every head's queries and keys. */
  readonly queryKeyNorm: boolean;
}

/** Queries come from the latents, keys and values from the features followed by the latents. `IdeficsPerceiverAttention`. */
const resamplerAttention = block('IdeficsResamplerAttention', {
  sizes: ['dim', 'heads', 'headDim'],
  takes: ['images features dim', 'images latents dim'],
  gives: 'images latents dim',
  parts: ({ dim, heads, headDim }, { queryKeyNorm }: ResamplerAttentionOptions) => ({
    context_layer_norm: layerNorm(dim),
    latents_layer_norm: layerNorm(dim),
    q_proj: linear(dim, product(heads, headDim), { bias: false }),
    k_proj: linear(dim, product(heads, headDim), { bias: false }),
    v_proj: linear(dim, product(heads, headDim), { bias: false }),
    output_proj: linear(product(heads, headDim), dim, { bias: false }),
    ...(queryKeyNorm && { q_layer_norm: layerNorm(headDim), k_layer_norm: layerNorm(headDim) }),
  }),
  forward: ({ parts, sizes: { heads } }, features, latents) => {
    const perHead = (x: Tensor, norm: ((x: Tensor) => Tensor) | undefined): Tensor =>
      norm === undefined
        ? x
        : rearrange(
            norm(rearrange(x, 'images places (heads headDim) -> images places heads headDim', { heads })),
            'images places heads headDim -> images places (heads headDim)',
          );
    const normed = parts.latents_layer_norm(latents);
    const read = concat([parts.context_layer_norm(features), normed], 1);
    const query = perHead(parts.q_proj(normed), parts.q_layer_norm);
    const key = perHead(parts.k_proj(read), parts.k_layer_norm);
    const attended = attention(query, key, parts.v_proj(read), { heads }).result;
    return parts.output_proj(attended);
  },
});

export interface IdeficsResamplerOptions extends ResamplerAttentionOptions {
  readonly depth: number;
}

/** features `[images, tokens, dim]` -> latents `[images, latents, dim]`. transformers' `IdeficsPerceiverResampler`. */
export const ideficsResampler = block('IdeficsResampler', {
  sizes: ['dim', 'heads', 'headDim', 'latents', 'inner'],
  takes: ['images tokens dim'],
  gives: 'images latents dim',
  options: { depth: 'a whole number from 0 on', queryKeyNorm: 'true or false' },
  parts: ({ dim, heads, headDim, latents, inner }, { depth, queryKeyNorm }: IdeficsResamplerOptions) => ({
    latents: parameter([latents, dim], normal(1)),
    blocks: Array.from({ length: depth }, () => ({
      attention: resamplerAttention({ dim, heads, headDim, queryKeyNorm }),
      feed_forward: feedForward({ dim, inner, activation: 'relu' }),
    })),
    layer_norm: layerNorm(dim),
  }),
  forward: ({ parts }, features) => {
    const [images] = features.shape;
    let latents = repeat(parts.latents, 'latents dim -> images latents dim', { images });
    for (const each of parts.blocks) {
      latents = add(latents, each.attention(features, latents));
      latents = add(latents, each.feed_forward(latents));
    }
    return parts.layer_norm(latents);
  },
});
