import {
  add,
  attention,
  block,
  layerNorm,
  linear,
  multiply,
  ones,
  parameter,
  type Tensor,
} from '../../dsl/index.ts';
import { type Activation, activations } from '../shared/activation.ts';

export interface EncoderLayerOptions {
  readonly activation: Activation;
  /** Of both norms. */
  readonly epsilon: number;
  /** Biases of queries, keys and values. */
  readonly queryKeyValueBias: boolean;
  /** Each branch times a learned factor a channel before it is added (Touvron et al. 2021, arXiv 2103.17239). */
  readonly layerScale: boolean;
  /** `down(silu(gate(x)) * up(x))` in the place of `down(activation(up(x)))` (Shazeer 2020, arXiv 2002.05202). */
  readonly gated: boolean;
}

/**
 * Pre-norm self-attention over all tokens, then a two-layer perceptron; both residual. `CLIPEncoderLayer`,
 * `SiglipEncoderLayer`, `ViTLayer` and `Dinov2Layer` of transformers.
 */
export const encoderLayer = block('EncoderLayer', {
  sizes: ['dim', 'heads', 'inner'],
  takes: ['images tokens dim'],
  gives: 'images tokens dim',
  parts: ({ dim, inner }, { epsilon, queryKeyValueBias: bias, layerScale, gated }: EncoderLayerOptions) => ({
    norm1: layerNorm(dim, { epsilon }),
    attention: {
      query: linear(dim, dim, { bias }),
      key: linear(dim, dim, { bias }),
      value: linear(dim, dim, { bias }),
      output: linear(dim, dim),
    },
    norm2: layerNorm(dim, { epsilon }),
    up: linear(dim, inner),
    down: linear(inner, dim),
    ...(gated && { gate: linear(dim, inner) }),
    ...(layerScale && { scale1: parameter([dim], ones), scale2: parameter([dim], ones) }),
  }),
  forward: ({ parts, sizes, options }, x) => {
    const { query, key, value, output } = parts.attention;
    const scaled = (branch: Tensor, scale: Tensor | undefined): Tensor =>
      scale === undefined ? branch : multiply(branch, scale);
    const normed = parts.norm1(x);
    const attended = output(
      attention(query(normed), key(normed), value(normed), { heads: sizes.heads }).result,
    );
    const seen = add(x, scaled(attended, parts.scale1));
    const inner = parts.norm2(seen);
    const active = parts.gate
      ? multiply(activations.silu(parts.gate(inner)), parts.up(inner))
      : activations[options.activation](parts.up(inner));
    return add(seen, scaled(parts.down(active), parts.scale2));
  },
});
