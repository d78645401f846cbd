import {
  add,
  attention,
  block,
  layerNorm,
  linear,
  product,
  type RotaryScaling,
  rotary,
  sum,
  type Tensor,
} from '../../dsl/index.ts';
import { type Activation, activations } from '../shared/activation.ts';
import { fusedHeads } from '../shared/fused-heads.ts';

/**
 * How attention and perceptron follow each other: both read the layer's input, by one norm (Falcon-7B) or by one each
 * (Falcon-40B), or the perceptron what the attention has added (Falcon-RW).
 */
export const FALCON_RESIDUALS = ['parallel', 'parallel-own-norms', 'in-turn'] as const;
export type FalconResidual = (typeof FALCON_RESIDUALS)[number];

export interface FalconLayerOptions {
  readonly residual: FalconResidual;
  readonly bias: boolean;
  readonly activation: Activation;
  readonly epsilon: number;
  /** Undefined: queries and keys do not turn, and scores have biases. */
  readonly rotation: { readonly base: number; readonly scaling?: RotaryScaling } | undefined;
}

/** Self-attention whose heads share keys and values in groups, and a two-layer perceptron; parts as in transformers. */
export const falconLayer = block('FalconLayer', {
  sizes: ['dim', 'heads', 'keyValueHeads', 'headDim', 'inner'],
  takes: [
    'batch text dim',
    'batch 1 text past+text: bool',
    'batch text: int64',
    'batch keyValueHeads past headDim',
    'batch keyValueHeads past headDim',
    'batch heads 1 past+text?',
  ],
  gives: ['batch text dim', 'batch keyValueHeads text headDim', 'batch keyValueHeads text headDim'],
  parts: ({ dim, heads, keyValueHeads, headDim, inner }, options: FalconLayerOptions) => {
    const { residual, bias, epsilon } = options;
    const [queries, keys] = [product(heads, headDim), product(keyValueHeads, headDim)];
    const norm = () => layerNorm(dim, { epsilon });
    return {
      ...(residual === 'parallel-own-norms'
        ? { ln_attn: norm(), ln_mlp: norm() }
        : { input_layernorm: norm() }),
      ...(residual === 'in-turn' && { post_attention_layernorm: norm() }),
      self_attention: {
        query_key_value: linear(dim, sum(queries, keys, keys), { bias }),
        dense: linear(queries, dim, { bias }),
      },
      mlp: { dense_h_to_4h: linear(dim, inner, { bias }), dense_4h_to_h: linear(inner, dim, { bias }) },
    };
  },
  forward: ({ parts, sizes, options }, x, visible, positions, pastKey, pastValue, bias) => {
    const { heads, keyValueHeads, headDim } = sizes;
    const { rotation, activation } = options;
    const turned = (part: Tensor, count: number): Tensor =>
      rotation === undefined ? part : rotary(part, positions, { heads: count, ...rotation });
    const read = 'ln_attn' in parts ? parts.ln_attn(x) : parts.input_layernorm(x);
    const projected = parts.self_attention.query_key_value(read);
    const [query, key, value] = fusedHeads(projected, { heads, groups: keyValueHeads, headDim });
    const attended = attention(turned(query, heads), turned(key, keyValueHeads), value, {
      ...{ heads, keyValueHeads, mask: visible },
      past: { key: pastKey, value: pastValue },
      ...(bias && { bias }),
    });
    const first = add(x, parts.self_attention.dense(attended.result));
    const normed = 'ln_mlp' in parts ? parts.ln_mlp(x) : (parts.post_attention_layernorm?.(first) ?? read);
    const second = parts.mlp.dense_4h_to_h(activations[activation](parts.mlp.dense_h_to_4h(normed)));
    return [add(first, second), attended.newKey, attended.newValue];
  },
});
