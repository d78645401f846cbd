import { add, block, multiply, type Tensor } from '../../dsl/index.ts';
import { type GatedFeedForwardOptions, gatedFeedForward } from './gated-feed-forward.ts';
import { type Norm, type NormKind, norm } from './norm.ts';
import { plainFeedForward } from './plain-feed-forward.ts';
import { type SelfAttentionOptions, selfAttention } from './self-attention.ts';

/**
 * Where a layer's norms stand: before attention and feed-forward (LLaMA), after each (OLMo 2), before and after each
 * (Gemma 2), which has names of its own in GLM-4 0414 (`wrapped`); or once before both, which then read the same and are added
 * together (Cohere).
 */
export type NormPlaces = 'before' | 'after' | 'around' | 'wrapped' | 'shared';

export interface FeedForwardOptions extends GatedFeedForwardOptions {
  /** Whether a gate decides what it passes on; without one nothing is packed. */
  readonly gated: boolean;
}

export interface DecoderLayerOptions {
  readonly norm: NormKind;
  readonly normPlaces: NormPlaces;
  readonly attention: SelfAttentionOptions;
  readonly feedForward: FeedForwardOptions;
  /** Factor of what attention and feed-forward add. */
  readonly residualScale: number;
}

/** Self-attention and a feed-forward, both residual, with norms where the family has them; parts as in transformers. */
export const decoderLayer = block('DecoderLayer', {
  sizes: ['dim', 'heads', 'keyValueHeads', 'headDim', 'inner'],
  takes: [
    'batch text dim',
    'batch 1 text past+text: bool',
    'batch text: int64',
    'batch keyValueHeads past headDim',
    'batch keyValueHeads past headDim',
  ],
  gives: ['batch text dim', 'batch keyValueHeads text headDim', 'batch keyValueHeads text headDim'],
  parts: ({ dim, heads, keyValueHeads, headDim, inner }, options: DecoderLayerOptions) => {
    const places = options.normPlaces;
    const ownNorm = () => norm(dim, options.norm);
    const { gated, ...feedForward } = options.feedForward;
    return {
      ...(places !== 'after' && { input_layernorm: ownNorm() }),
      self_attn: selfAttention({ dim, heads, keyValueHeads, headDim, ...options.attention }),
      ...(places !== 'shared' && { post_attention_layernorm: ownNorm() }),
      ...(places === 'around' && { pre_feedforward_layernorm: ownNorm() }),
      mlp: gated
        ? gatedFeedForward({ dim, inner, ...feedForward })
        : plainFeedForward({ dim, inner, activation: feedForward.activation, bias: feedForward.bias }),
      ...((places === 'around' || places === 'after') && { post_feedforward_layernorm: ownNorm() }),
      ...(places === 'wrapped' && { post_self_attn_layernorm: ownNorm(), post_mlp_layernorm: ownNorm() }),
    };
  },
  forward: ({ parts, options }, x, visible, positions, pastKey, pastValue) => {
    const { normPlaces: places, residualScale } = options;
    const isAfter = places === 'around' || places === 'after';
    const scaled = (added: Tensor) => (residualScale === 1 ? added : multiply(added, residualScale));
    const read = normed(x, parts.input_layernorm);
    const [attended, newKey, newValue] = parts.self_attn(read, visible, positions, pastKey, pastValue);
    // The name in the originals tells where it stands in LLaMA: there it is the feed-forward's.
    const between = parts.post_attention_layernorm;
    const first = add(x, scaled(normed(attended, isAfter ? between : parts.post_self_attn_layernorm)));
    const before = isAfter ? parts.pre_feedforward_layernorm : between;
    const second = parts.mlp(places === 'shared' ? read : normed(first, before));
    const after = parts.post_feedforward_layernorm ?? parts.post_mlp_layernorm;
    return [add(first, scaled(normed(second, after))), newKey, newValue];
  },
});

const normed = (x: Tensor, norm: Norm | undefined): Tensor => norm?.(x) ?? x;
