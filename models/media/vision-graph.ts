import { type Graph, input, rearrange, type Tensor } from '../../dsl/index.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';

export interface VisionGraphParts {
  readonly vision: VisionEncoder;
  /** Features `[1, images, frames, tokens, dim]` to latents `[1, images, latents, dim]`. */
  resample(features: Tensor): Tensor;
  /** For every gated cross-attention block: latents `[images, latents, dim]` to `[images, heads, latents, headDim]`. */
  readonly keysAndValues: readonly ((latents: Tensor) => { readonly key: Tensor; readonly value: Tensor })[];
}

/**
 * `pixels` `[images, frames, 3, size, size]` to `latents` `[images, latents, dim]` and, for every gated
 * cross-attention block i, `media_key.{i}` and `media_value.{i}` `[images, heads, latents, headDim]`: they depend on
 * the image alone, so they are computed here, once, and kept by the runtime for every token that looks at the image.
 */
export function visionGraph({ vision, resample, keysAndValues }: VisionGraphParts): Graph {
  const pixels = input('pixels', 'float32', ['images', 'frames', 3, vision.image, vision.image]);
  const features = vision.encode(rearrange(pixels, 'images frames c h w -> (images frames) c h w'));
  const frames = rearrange(features, '(images frames) tokens dim -> 1 images frames tokens dim', {
    images: 'images',
    frames: 'frames',
  });
  const latents = rearrange(resample(frames), '1 images latents dim -> images latents dim');
  const outputs: Record<string, Tensor> = { latents };
  for (const [index, project] of keysAndValues.entries()) {
    const { key, value } = project(latents);
    outputs[`media_key.${index}`] = key;
    outputs[`media_value.${index}`] = value;
  }
  return { name: 'vision', inputs: { pixels }, outputs };
}
