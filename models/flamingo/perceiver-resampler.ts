import {
  add,
  attention,
  block,
  chunk,
  concat,
  interpolateRows,
  layerNorm,
  linear,
  normal,
  parameter,
  product,
  rearrange,
  repeat,
  slice,
} from '../../dsl/index.ts';
import { ACTIVATIONS, type Activation } from '../shared/activation.ts';
import { feedForward } from '../shared/feed-forward.ts';

/**
 * Queries come from the latents, keys and values from the features followed by the latents; no biases.
 * Flamingo paper, appendix A.1.1; OpenFlamingo's `PerceiverAttention`.
 */
const perceiverAttention = block('PerceiverAttention', {
  sizes: ['dim', 'heads', 'headDim'],
  takes: ['images features dim', 'images latents dim'],
  gives: 'images latents dim',
  parts: ({ dim, heads, headDim }) => ({
    norm_media: layerNorm(dim),
    norm_latents: layerNorm(dim),
    to_q: linear(dim, product(heads, headDim), { bias: false }),
    to_kv: linear(dim, product(2, heads, headDim), { bias: false }),
    to_out: linear(product(heads, headDim), dim, { bias: false }),
  }),
  forward: ({ parts, sizes }, features, latents) => {
    const normed = parts.norm_latents(latents);
    const [key, value] = chunk(parts.to_kv(concat([parts.norm_media(features), normed], 1)), 2);
    return parts.to_out(attention(parts.to_q(normed), key, value, { heads: sizes.heads }).result);
  },
});

export interface PerceiverResamplerOptions {
  /** Layers of attention and feed-forward; 6 in the paper. */
  readonly depth: number;
  /** The paper uses Squared ReLU, OpenFlamingo GELU. */
  readonly activation: Activation;
  /** Learned embeddings of the frames' order; absent for models of still images. */
  readonly maxFrames?: number;
  /** Learned embeddings of the images' order (OpenFlamingo's `max_num_media`); absent in the paper. */
  readonly maxMedia?: number;
  /** A layer norm on the latents at the end: OpenFlamingo has one, the paper's pseudo-code none. */
  readonly finalNorm: boolean;
}

/**
 * Turns any number of frame features into a fixed number of latents per image or video.
 * Flamingo paper, section 2.1 and appendix A.1.1; OpenFlamingo's `PerceiverResampler`.
 *
 * features `[batch, media, frames, tokens, dim]` -> latents `[batch, media, latents, dim]`. A video with more frames
 * than `maxFrames` gets its temporal embeddings by linear interpolation (appendix A.1.1: 8 trained, 30 at test time).
 */
export const perceiverResampler = block('PerceiverResampler', {
  sizes: ['dim', 'heads', 'headDim', 'latents', 'inner'],
  takes: ['batch media frames tokens dim'],
  gives: 'batch media latents dim',
  options: {
    depth: 'a whole number from 0 on',
    activation: ACTIVATIONS,
    maxFrames: 'a whole number from 1 on',
    maxMedia: 'a whole number from 1 on',
    finalNorm: 'true or false',
  },
  parts: ({ dim, heads, headDim, latents, inner }, options: PerceiverResamplerOptions) => ({
    latents: parameter([latents, dim], normal(1)),
    ...(options.maxFrames === undefined
      ? {}
      : { frame_embs: parameter([options.maxFrames, dim], normal(1)) }),
    ...(options.maxMedia === undefined
      ? {}
      : { media_time_embs: parameter([options.maxMedia, 1, dim], normal(1)) }),
    layers: Array.from({ length: options.depth }, () => ({
      attention: perceiverAttention({ dim, heads, headDim }),
      feed_forward: feedForward({ dim, inner, activation: options.activation }),
    })),
    ...(options.finalNorm ? { norm: layerNorm(dim) } : {}),
  }),
  forward: ({ parts }, features) => {
    const [batch, media, frames] = features.shape;
    let placed = features;
    if (parts.frame_embs)
      placed = add(
        placed,
        rearrange(interpolateRows(parts.frame_embs, frames), 'frames dim -> frames 1 dim'),
      );
    if (parts.media_time_embs)
      placed = add(
        placed,
        rearrange(slice(parts.media_time_embs, 0, 0, media), 'media one dim -> media one 1 dim'),
      );
    const flat = rearrange(placed, 'batch media frames tokens dim -> (batch media) (frames tokens) dim');
    let latents = repeat(parts.latents, 'latents dim -> (batch media) latents dim', { batch, media });
    for (const layer of parts.layers) {
      latents = add(latents, layer.attention(flat, latents));
      latents = add(latents, layer.feed_forward(latents));
    }
    const finished = parts.norm ? parts.norm(latents) : latents;
    return rearrange(finished, '(batch media) latents dim -> batch media latents dim', { batch, media });
  },
});
