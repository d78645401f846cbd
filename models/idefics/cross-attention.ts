import {
  add,
  type BodySizes,
  block,
  linear,
  multiply,
  parameter,
  product,
  rearrange,
  rmsNorm,
  silu,
  type Tensor,
  tanh,
  zeros,
} from '../../dsl/index.ts';
import { packedAttention } from '../media/packed-attention.ts';
import { type GatedBlockSizes, latentsByHead, packedBlockAxes } from '../media/packed-block.ts';

interface IdeficsCrossAttentionOptions {
  /** One gate for the whole block, or one for every channel. */
  readonly gate: 'scalar' | 'channel';
  /** Root-mean-square norms of every head's queries and keys. */
  readonly queryKeyNorm: boolean;
  /** Of the norms. */
  readonly epsilon: number;
}

const parts = (
  { dim, vision, heads, headDim, inner }: BodySizes<keyof GatedBlockSizes>,
  { gate, queryKeyNorm, epsilon }: IdeficsCrossAttentionOptions,
) => {
  const bare = { bias: false };
  // Zero gates: a fresh block leaves the frozen language model exactly as it was.
  const gateShape: readonly number[] = gate === 'channel' ? [1, 1, dim] : [1];
  const closed = () => parameter(gateShape, zeros);
  return {
    input_layernorm: rmsNorm(dim, { epsilon }),
    cross_attn: {
      q_proj: linear(dim, product(heads, headDim), bare),
      k_proj: linear(vision, product(heads, headDim), bare),
      v_proj: linear(vision, product(heads, headDim), bare),
      o_proj: linear(product(heads, headDim), dim, bare),
      ...(queryKeyNorm && {
        q_layer_norm: rmsNorm(headDim, { epsilon }),
        k_layer_norm: rmsNorm(headDim, { epsilon }),
      }),
    },
    alpha_cross_attn: closed(),
    post_attention_layernorm: rmsNorm(dim, { epsilon }),
    mlp: {
      gate_proj: linear(dim, inner, bare),
      up_proj: linear(dim, inner, bare),
      down_proj: linear(inner, dim, bare),
    },
    alpha_dense: closed(),
  };
};

/**
 * Idefics' gated cross-attention block on tokens packed by image: `x += tanh(alpha_cross_attn) * attended`, then
 * `x += tanh(alpha_dense) * mlp(norm(x))`, where the perceptron is the language model's kind, gated by SiLU.
 * transformers' `IdeficsGatedCrossAttentionLayer`, for masks by which a token looks at one image or none: Idefics'
 * processor makes no others. Takes and gives what every block on packed tokens does
 * (`packedBlockAxes`).
 */
export const ideficsCrossAttention = block('IdeficsCrossAttention', {
  ...packedBlockAxes,
  options: { gate: ['scalar', 'channel'], queryKeyNorm: 'true or false', epsilon: 'a number' },
  parts,
  forward: ({ parts, sizes: { heads } }, x, key, value, mediaRows, mediaSlots, hasMedia) => {
    const { q_proj, q_layer_norm, o_proj } = parts.cross_attn;
    const { gate_proj, up_proj, down_proj } = parts.mlp;
    const projected = q_proj(parts.input_layernorm(x));
    const query = q_layer_norm
      ? rearrange(
          q_layer_norm(
            rearrange(projected, 'batch text (heads headDim) -> batch text heads headDim', { heads }),
          ),
          'batch text heads headDim -> batch text (heads headDim)',
        )
      : projected;
    const seen = packedAttention(query, key, value, { mediaRows, mediaSlots, hasMedia, heads });
    const first = add(x, multiply(o_proj(seen), tanh(parts.alpha_cross_attn)));
    const read = parts.post_attention_layernorm(first);
    const second = down_proj(multiply(silu(gate_proj(read)), up_proj(read)));
    return add(first, multiply(second, tanh(parts.alpha_dense)));
  },
});

interface KeyAndValueParts {
  readonly k_proj: (latents: Tensor) => Tensor;
  readonly v_proj: (latents: Tensor) => Tensor;
  readonly k_layer_norm?: (keys: Tensor) => Tensor;
}

/** Keys and values of every image's latents for one block: `[images, latents, vision]` to `[images, heads, latents, headDim]`. */
export function ideficsKeysAndValues(
  xattn: { readonly parts: { readonly cross_attn: KeyAndValueParts } },
  latents: Tensor,
  heads: number,
): { key: Tensor; value: Tensor } {
  const { k_proj, v_proj, k_layer_norm } = xattn.parts.cross_attn;
  const key = latentsByHead(k_proj(latents), heads);
  return { key: k_layer_norm ? k_layer_norm(key) : key, value: latentsByHead(v_proj(latents), heads) };
}
