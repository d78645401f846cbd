import {
  add,
  block,
  concat,
  conv2dLayer,
  layerNorm,
  normal,
  parameter,
  rearrange,
  repeat,
  slice,
  type Tensor,
} from '../../dsl/index.ts';
import { type EncoderLayerOptions, encoderLayer } from './encoder-layer.ts';
import { type Interpolation, stretchedPositions } from './stretched-positions.ts';

export interface VisionTransformerOptions extends EncoderLayerOptions {
  /** Height and width of the input in pixels. */
  readonly image: number;
  /** Of the pictures that the positions were trained on; others' are stretched from theirs. */
  readonly trainedImage: number;
  readonly interpolation: Interpolation;
  /** Height and width of a patch in pixels. Where it divides a picture's side not, the rest is not seen. */
  readonly patch: number;
  readonly layers: number;
  /** A learned token before the patches, which has a position too: none, or one that is a feature or is none. */
  readonly classToken: 'none' | 'hidden' | 'feature';
  /** Learned tokens after it that are no features and have no positions (Darcet et al. 2023, arXiv 2309.16588). */
  readonly registers: number;
  readonly patchBias: boolean;
  /** A norm of all tokens before the layers. */
  readonly normBefore: boolean;
  /** A norm of all tokens after the layers. */
  readonly normAfter: boolean;
}

/** Patches along a side of a picture. */
export const grid = (image: number, patch: number): number => Math.floor(image / patch);

/**
 * A vision transformer up to its features (Dosovitskiy et al. 2020, arXiv 2010.11929): `pixels [images, 3, image, image]`
 * to `[images, floor(image/patch)^2, dim]`, every patch, the class token first where it is a feature.
 */
export const visionTransformer = block('VisionTransformer', {
  sizes: ['dim', 'heads', 'inner'],
  takes: ['images 3 height width'],
  gives: 'images tokens dim',
  parts: ({ dim, heads, inner }, options: VisionTransformerOptions) => {
    const { trainedImage, patch, registers, epsilon } = options;
    const { activation, queryKeyValueBias, layerScale, gated } = options;
    const layer = { dim, heads, inner, activation, epsilon, queryKeyValueBias, layerScale, gated };
    const classTokens = options.classToken === 'none' ? 0 : 1;
    return {
      ...(classTokens > 0 && { class_embedding: parameter([dim], normal(0.02)) }),
      ...(registers > 0 && { register_tokens: parameter([registers, dim], normal(0.02)) }),
      patch_embedding: conv2dLayer(3, dim, { kernel: patch, stride: patch, bias: options.patchBias }),
      position_embedding: parameter([grid(trainedImage, patch) ** 2 + classTokens, dim], normal(0.02)),
      ...(options.normBefore && { pre_norm: layerNorm(dim, { epsilon }) }),
      layers: Array.from({ length: options.layers }, () => encoderLayer(layer)),
      ...(options.normAfter && { post_norm: layerNorm(dim, { epsilon }) }),
    };
  },
  forward: ({ parts, options }, pixels) => {
    const { image, trainedImage, patch, registers } = options;
    const [images] = pixels.shape;
    const patches = rearrange(
      parts.patch_embedding(pixels),
      'images dim rows columns -> images (rows columns) dim',
    );
    const first = parts.class_embedding && repeat(parts.class_embedding, 'dim -> images 1 dim', { images });
    const places = stretchedPositions(parts.position_embedding, {
      from: grid(trainedImage, patch),
      to: grid(image, patch),
      interpolation: options.interpolation,
    });
    let tokens: Tensor = add(first ? concat([first, patches], 1) : patches, places);
    if (parts.register_tokens) {
      const kept = repeat(parts.register_tokens, 'registers dim -> images registers dim', { images });
      tokens = concat([slice(tokens, 1, 0, 1), kept, slice(tokens, 1, 1)], 1);
    }
    if (parts.pre_norm) tokens = parts.pre_norm(tokens);
    for (const layer of parts.layers) tokens = layer(tokens);
    const features = {
      none: () => tokens,
      hidden: () => slice(tokens, 1, 1 + registers),
      feature: () =>
        registers === 0 ? tokens : concat([slice(tokens, 1, 0, 1), slice(tokens, 1, 1 + registers)], 1),
    }[options.classToken]();
    return parts.post_norm ? parts.post_norm(features) : features;
  },
});
