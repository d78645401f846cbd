import {
  attention,
  block,
  linear,
  product,
  type RotaryOptions,
  rearrange,
  rotary,
  split,
  sum,
  type Tensor,
} from '../../dsl/index.ts';
import { type Norm, type NormKind, norm } from './norm.ts';

/** How queries and keys turn with their positions: the options of `rotary` without the heads. */
export type Rotation = Omit<RotaryOptions, 'heads'>;

export interface SelfAttentionOptions {
  /** Whether the projections to queries, keys and values have biases, and that of the result. */
  readonly inputBias: boolean;
  readonly outputBias: boolean;
  /** One weight `qkv_proj` in the place of three. */
  readonly packed: boolean;
  /** Norms of queries and keys before they turn: of each head by one weight for all, or of all heads together. */
  readonly queryKeyNorm: (NormKind & { readonly over: 'a head' | 'all heads' }) | undefined;
  readonly rotation: Rotation;
  /** Factor of the scores. Undefined: `1 / sqrt(headDim)`. */
  readonly scale: number | undefined;
  /** Undefined: scores are not capped. */
  readonly softcap: number | undefined;
}

/** Attention of a decoder to itself on rotated heads, keys and values shared by groups of them; parts as in transformers. */
export const selfAttention = block('SelfAttention', {
  sizes: ['dim', 'heads', 'keyValueHeads', 'headDim'],
  takes: [
    'batch text dim',
    'batch 1 text past+text: bool',
    'batch text: int64',
    'batch keyValueHeads past headDim',
    'batch keyValueHeads past headDim',
  ],
  gives: ['batch text dim', 'batch keyValueHeads text headDim', 'batch keyValueHeads text headDim'],
  parts: ({ dim, heads, keyValueHeads, headDim }, options: SelfAttentionOptions) => {
    const { inputBias, outputBias, packed, queryKeyNorm } = options;
    const [queries, keys] = [product(heads, headDim), product(keyValueHeads, headDim)];
    const bias = { bias: inputBias };
    const norms = (kind: NonNullable<typeof queryKeyNorm>) => {
      const isEach = kind.over === 'a head';
      return { q_norm: norm(isEach ? headDim : queries, kind), k_norm: norm(isEach ? headDim : keys, kind) };
    };
    return {
      ...(packed
        ? { qkv_proj: linear(dim, sum(queries, keys, keys), bias) }
        : {
            q_proj: linear(dim, queries, bias),
            k_proj: linear(dim, keys, bias),
            v_proj: linear(dim, keys, bias),
          }),
      ...(queryKeyNorm && norms(queryKeyNorm)),
      o_proj: linear(queries, dim, { bias: outputBias }),
    };
  },
  forward: ({ parts, sizes, options }, x, visible, positions, pastKey, pastValue) => {
    const { heads, keyValueHeads, headDim } = sizes;
    const [queries, keys] = [product(heads, headDim), product(keyValueHeads, headDim)];
    const { rotation, scale, softcap } = options;
    const [query, key, value] =
      'qkv_proj' in parts
        ? split(parts.qkv_proj(x), [queries, keys, keys])
        : [parts.q_proj(x), parts.k_proj(x), parts.v_proj(x)];
    const turned = (part: Tensor, count: number, norm: Norm | undefined): Tensor => {
      const normed = norm === undefined ? part : normedHeads(part, count, norm, options);
      return rotary(normed, positions, { heads: count, ...rotation });
    };
    const attended = attention(
      turned(query, heads, parts.q_norm),
      turned(key, keyValueHeads, parts.k_norm),
      value,
      {
        heads,
        keyValueHeads,
        mask: visible,
        past: { key: pastKey, value: pastValue },
        ...(scale !== undefined && { scale }),
        ...(softcap !== undefined && { softcap }),
      },
    );
    return [parts.o_proj(attended.result), attended.newKey, attended.newValue];
  },
});

/** Queries or keys of all heads, normalised as the options say. */
function normedHeads(x: Tensor, heads: number, norm: Norm, { queryKeyNorm }: SelfAttentionOptions): Tensor {
  if (queryKeyNorm?.over === 'all heads') return norm(x);
  const apart = rearrange(x, 'batch text (heads headDim) -> batch text heads headDim', { heads });
  return rearrange(norm(apart), 'batch text heads headDim -> batch text (heads headDim)');
}
