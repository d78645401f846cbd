import { type Graph, input, rearrange, type Tensor } from '../dsl/index.ts';
import { type gatedCrossAttention, mediaKeysAndValues } from './gated-cross-attention.ts';
import type { perceiverResampler } from './perceiver-resampler.ts';
import type { VisionEncoder } from './vision-encoder.ts';

export interface VisionGraphParts {
  readonly vision: VisionEncoder;
  readonly perceiver: ReturnType<typeof perceiverResampler>;
  readonly blocks: readonly ReturnType<typeof gatedCrossAttention>[];
  /** Heads of the cross-attention. */
  readonly heads: number;
}

/**
 * `pixels` `[images, frames, 3, size, size]` to `latents` `[images, latents, dim]` and, for every gated
 * cross-attention block i, `media_key.{i}` and `media_value.{i}` `[images, heads, latents, headDim]`: they depend on
 * the image alone, so they are computed here, once, and kept by the runtime for every token that looks at the image.
 */
export function visionGraph({ vision, perceiver, blocks, heads }: VisionGraphParts): Graph {
  const pixels = input('pixels', 'float32', ['images', 'frames', 3, vision.image, vision.image]);
  const features = vision.encode(rearrange(pixels, 'images frames c h w -> (images frames) c h w'));
  const frames = rearrange(features, '(images frames) tokens dim -> 1 images frames tokens dim', {
    images: 'images',
    frames: 'frames',
  });
  const latents = rearrange(perceiver(frames), '1 images latents dim -> images latents dim');
  const outputs: Record<string, Tensor> = { latents };
  for (const [index, block] of blocks.entries()) {
    const { key, value } = mediaKeysAndValues(block, latents, heads);
    outputs[`media_key.${index}`] = key;
    outputs[`media_value.${index}`] = value;
  }
  return { name: 'vision', inputs: { pixels }, outputs };
}
