import {
  attention,
  block,
  linear,
  maximum,
  minimum,
  product,
  type RotaryOptions,
  rotary,
  split,
  sum,
  type Tensor,
} from '../../dsl/index.ts';
import { type HeadNormPlaces, headNorm } from './head-norm.ts';
import type { Norm, NormKind } from './norm.ts';

/** How queries and keys turn with their positions: the options of `rotary` without the heads. */
export type Rotation = Omit<RotaryOptions, 'heads'>;

export interface SelfAttentionOptions {
  /** Whether the projections to queries, keys and values have biases, and that of the result. */
  readonly inputBias: boolean;
  readonly outputBias: boolean;
  /** One weight `qkv_proj` in the place of three. */
  readonly packed: boolean;
  /** Queries, keys and values are kept within this distance of 0. Undefined: they are not. */
  readonly clip: number | undefined;
  /** Norms of queries and keys, before they turn unless `turnsBeforeNorm`. */
  readonly queryKeyNorm: (NormKind & { readonly over: HeadNormPlaces }) | undefined;
  readonly turnsBeforeNorm: boolean;
  /** Undefined: queries and keys do not turn. */
  readonly rotation: Rotation | undefined;
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
    const norms = ({ over, ...kind }: NonNullable<typeof queryKeyNorm>) => ({
      q_norm: headNorm(heads, headDim, kind, over),
      k_norm: headNorm(keyValueHeads, headDim, kind, over),
    });
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
    const { rotation, scale, softcap, clip, turnsBeforeNorm } = options;
    const projected =
      'qkv_proj' in parts
        ? split(parts.qkv_proj(x), [queries, keys, keys])
        : ([parts.q_proj(x), parts.k_proj(x), parts.v_proj(x)] as const);
    const clipped = (part: Tensor): Tensor =>
      clip === undefined ? part : maximum(minimum(part, clip), -clip);
    const [query, key, value] = [clipped(projected[0]), clipped(projected[1]), clipped(projected[2])];
    const turned = (part: Tensor, count: number, norm: Norm | undefined): Tensor => {
      const turn = (x: Tensor): Tensor =>
        rotation === undefined ? x : rotary(x, positions, { heads: count, ...rotation });
      if (norm === undefined) return turn(part);
      return turnsBeforeNorm ? norm(turn(part)) : turn(norm(part));
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
