import {
  add,
  attention,
  type BodySizes,
  block,
  chunk,
  layerNorm,
  linear,
  multiply,
  parameter,
  product,
  rearrange,
  repeat,
  type Tensor,
  tanh,
  where,
  zeros,
} from '../../dsl/index.ts';
import { ACTIVATIONS, type Activation } from '../shared/activation.ts';
import { feedForward } from '../shared/feed-forward.ts';
import { packedAttention } from './packed-attention.ts';
import { type GatedBlockSizes, latentsByHead, packedBlockAxes } from './packed-block.ts';

export interface GatedCrossAttentionOptions {
  /** Squared ReLU in the paper, GELU in OpenFlamingo. */
  readonly activation: Activation;
}

const parts = (
  { dim, vision, heads, headDim, inner }: BodySizes<keyof GatedBlockSizes>,
  { activation }: GatedCrossAttentionOptions,
) => ({
  attn: {
    norm: layerNorm(dim),
    to_q: linear(dim, product(heads, headDim), { bias: false }),
    to_kv: linear(vision, product(2, heads, headDim), { bias: false }),
    to_out: linear(product(heads, headDim), dim, { bias: false }),
  },
  // Zero gates: a fresh block leaves the frozen language model exactly as it was.
  attn_gate: parameter([1], zeros),
  ff: feedForward({ dim, inner, activation }),
  ff_gate: parameter([1], zeros),
});

type Parts = ReturnType<typeof parts>;

/** `x += tanh(attn_gate) * attended`, then `x += tanh(ff_gate) * feed_forward(x)`. Flamingo paper, section 2.2. */
function gatedResidual({ attn_gate, ff, ff_gate }: Parts, x: Tensor, attended: Tensor): Tensor {
  const first = add(x, multiply(attended, tanh(attn_gate)));
  return add(first, multiply(ff(first), tanh(ff_gate)));
}

/**
 * The gated cross-attention block as a compiled model runs it: every text token attends to the latents of the last
 * image at or before it, whose keys and values were computed once (`mediaKeysAndValues`). Tokens are packed by image,
 * so that work does not grow with the number of images and no mask is needed.
 * Flamingo paper, sections 2.2 and 2.3; equal to OpenFlamingo's `GatedCrossAttentionBlock` with
 * `only_attend_immediate_media`.
 *
 * Takes and gives what every block on packed tokens does (`packedBlockAxes`).
 */
export const gatedCrossAttention = block('GatedCrossAttention', {
  ...packedBlockAxes,
  options: { activation: ACTIVATIONS },
  parts,
  forward: ({ parts, sizes }, x, key, value, mediaRows, mediaSlots, hasMedia) => {
    const query = parts.attn.to_q(parts.attn.norm(x));
    const seen = packedAttention(query, key, value, { mediaRows, mediaSlots, hasMedia, heads: sizes.heads });
    return gatedResidual(parts, x, parts.attn.to_out(seen));
  },
});

/** Keys and values of every image's latents for one block: `[images, latents, vision]` to `[images, heads, latents, headDim]`. */
export function mediaKeysAndValues(
  xattn: { readonly parts: { readonly attn: { readonly to_kv: (latents: Tensor) => Tensor } } },
  latents: Tensor,
  heads: number,
): { key: Tensor; value: Tensor } {
  const [key, value] = chunk(xattn.parts.attn.to_kv(latents), 2);
  return { key: latentsByHead(key, heads), value: latentsByHead(value, heads) };
}

/**
 * The same block on the pictures that a mask says, as a compiled model runs it (`maskedCrossAttention`): their keys and
 * values were computed once.
 *
 * Takes x `[batch, text, dim]`; keys and values of all pictures of each sequence `[batch, heads, places, headDim]`; bool
 * `[batch, 1, text, places]`, which of them each token attends to. A token that attends to none takes exactly zero.
 */
export const keyedGatedCrossAttention = block('KeyedGatedCrossAttention', {
  sizes: ['dim', 'vision', 'heads', 'headDim', 'inner'],
  takes: [
    'batch text dim',
    'batch heads places headDim',
    'batch heads places headDim',
    'batch 1 text places: bool',
  ],
  gives: 'batch text dim',
  options: { activation: ACTIVATIONS },
  parts,
  forward: ({ parts, sizes }, x, key, value, attends) => {
    const query = parts.attn.to_q(parts.attn.norm(x));
    const { result: seen } = attention(query, key, value, { heads: sizes.heads, mask: attends });
    return gatedResidual(parts, x, parts.attn.to_out(seen));
  },
});

/**
 * The same block over all images at once under a mask, as OpenFlamingo computes it: also for attending to all
 * previous images (`only_attend_immediate_media=False`), which packing cannot serve.
 *
 * Takes x `[batch, text, dim]`, media `[batch, media, latents, vision]` and the two parts of a `MediaMask`; without
 * them every token attends to every latent.
 */
export const maskedGatedCrossAttention = block('MaskedGatedCrossAttention', {
  sizes: ['dim', 'vision', 'heads', 'headDim', 'inner'],
  takes: ['batch text dim', 'batch media latents vision', 'batch text media: bool?', 'batch text: bool?'],
  gives: 'batch text dim',
  options: { activation: ACTIVATIONS },
  parts,
  forward: ({ parts, sizes }, x, media, attends, uniform) => {
    const query = parts.attn.to_q(parts.attn.norm(x));
    const [, , latents] = media.shape;
    const [key, value] = chunk(
      parts.attn.to_kv(rearrange(media, 'batch media latents vision -> batch (media latents) vision')),
      2,
    );
    // Equal scores make softmax the mean: a token whose scores are all masked alike asks with a query of zeros.
    const asked =
      uniform === undefined ? query : where(rearrange(uniform, 'batch text -> batch text 1'), 0, query);
    const { result: attended } = attention(asked, key, value, {
      heads: sizes.heads,
      ...(attends && {
        mask: repeat(attends, 'batch text media -> batch 1 text (media latents)', { latents }),
      }),
    });
    return gatedResidual(parts, x, parts.attn.to_out(attended));
  },
});
