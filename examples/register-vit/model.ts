/**
 * A vision transformer with register tokens (Darcet et al. 2023, arXiv 2309.16588) and rotary positions in two dimensions,
 * as DINOv3 has them (arXiv 2508.10104), seen by a Flamingo.
 */
import {
  add,
  attention,
  block,
  concat,
  conv2dLayer,
  flamingo,
  gelu,
  graph,
  layerNorm,
  linear,
  multiply,
  ones,
  opt,
  parameter,
  product,
  rearrange,
  repeat,
  rotary2d,
  slice,
  type VisionEncoder,
} from 'flamingo-onnx';

const layer = block('Layer', {
  sizes: ['dim', 'heads'],
  requires: ['heads divides dim'],
  takes: ['images tokens dim'],
  gives: 'images tokens dim',
  parts: ({ dim }, _grid: { readonly side: number; readonly prefix: number }) => ({
    norm1: layerNorm(dim),
    attention: {
      q_proj: linear(dim, dim),
      k_proj: linear(dim, dim, { bias: false }),
      v_proj: linear(dim, dim),
      o_proj: linear(dim, dim),
    },
    layer_scale1: { lambda1: parameter([dim], ones) },
    norm2: layerNorm(dim),
    mlp: { up_proj: linear(dim, product(4, dim)), down_proj: linear(product(4, dim), dim) },
    layer_scale2: { lambda1: parameter([dim], ones) },
  }),
  forward: ({ parts, sizes: { heads }, options: { side, prefix } }, x) => {
    const { q_proj, k_proj, v_proj, o_proj } = parts.attention;
    const turning = { heads, rows: side, columns: side, prefix, base: 100, coordinates: 'centred' } as const;
    const normed = parts.norm1(x);
    const query = rotary2d(q_proj(normed), turning);
    const key = rotary2d(k_proj(normed), turning);
    const attended = o_proj(attention(query, key, v_proj(normed), { heads }).result);
    const first = add(x, multiply(attended, parts.layer_scale1.lambda1));
    const changed = parts.mlp.down_proj(gelu(parts.mlp.up_proj(parts.norm2(first))));
    return add(first, multiply(changed, parts.layer_scale2.lambda1));
  },
});

const transformer = block('RegisterVit', {
  sizes: ['dim', 'heads', 'registers'],
  takes: ['images 3 height width'],
  gives: 'images patches dim',
  parts: ({ dim, heads, registers }, options: { image: number; patch: number; layers: number }) => ({
    embeddings: {
      cls_token: parameter([1, 1, dim]),
      register_tokens: parameter([1, registers, dim]),
      patch_embeddings: conv2dLayer(3, dim, { kernel: options.patch, stride: options.patch }),
    },
    layer: Array.from({ length: options.layers }, () =>
      layer({ dim, heads, side: options.image / options.patch, prefix: 1 + registers }),
    ),
    norm: layerNorm(dim),
  }),
  forward: ({ parts, sizes }, pixels) => {
    const { cls_token, register_tokens, patch_embeddings } = parts.embeddings;
    const [images] = pixels.shape;
    const patches = rearrange(
      patch_embeddings(pixels),
      'images dim rows columns -> images (rows columns) dim',
    );
    const first = repeat(concat([cls_token, register_tokens], 1), '1 n dim -> images n dim', { images });
    const x = parts.layer.reduce((x, layer) => layer(x), concat([first, patches], 1));
    return slice(parts.norm(x), 1, 1 + sizes.registers);
  },
});

export function registerVit(
  options: Record<'image' | 'patch' | 'dim' | 'layers' | 'heads' | 'registers', number>,
): VisionEncoder {
  const { image, patch, dim } = options;
  const parts = transformer(options);
  return {
    ...{ family: 'register-vit', image, dim, tokens: (image / patch) ** 2, parts, options },
    preprocessing: {
      ...{ resize: 'stretch', interpolation: 'bilinear' },
      ...{ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    },
    checkpointNames: [
      { ours: 'vision.*', theirs: '*' },
      { ours: 'vision.layer.*', theirs: 'model.layer.*' },
      { unused: 'embeddings.mask_token', because: 'the token of hidden patches in pretraining' },
    ],
    encode: (pixels) => parts(pixels),
  };
}

const vision = registerVit({ image: 32, patch: 8, dim: 32, layers: 2, heads: 2, registers: 4 });

/** The encoder alone. */
export const encoder = graph({
  name: 'register-vit',
  inputs: { pixels: { dtype: 'float32', shape: ['images', 3, 32, 32] } },
  parts: { vision: vision.parts },
  outputs: ({ pixels }) => ({ features: vision.encode(pixels) }),
  checkpointNames: vision.checkpointNames,
});

export default flamingo({
  name: 'register-flamingo',
  vision,
  resampler: { depth: 1, latents: 8, heads: 2, headDim: 16 },
  language: opt({ dim: 32, layers: 2, heads: 2, vocabulary: 261, contextLength: 128 }),
  crossAttention: { every: 1 },
});
