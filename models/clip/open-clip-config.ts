import { z } from 'zod';
import { ModelError } from '../../dsl/index.ts';
import { orElse, sizes } from '../configs/config-fields.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';
import type { ClipVitOptions } from './clip-vit.ts';

const channels = z.tuple([z.number(), z.number(), z.number()]);

/** `open_clip_config.json`; a field that is not listed is refused. */
const schema = z.object({
  model_cfg: z.strictObject({
    vision_cfg: z.strictObject({
      image_size: orElse(sizes.pixels, 224),
      layers: orElse(sizes.layers, 12),
      width: orElse(sizes.width, 768),
      patch_size: orElse(sizes.pixels, 16),
      head_width: orElse(sizes.width, 64),
      mlp_ratio: orElse(z.number(), 4),
    }),
    quick_gelu: orElse(z.boolean(), false),
    // The text tower, and the space that both share.
    text_cfg: z.unknown(),
    embed_dim: z.unknown(),
  }),
  preprocess_cfg: z
    .strictObject({
      mean: channels,
      std: channels,
      interpolation: z.literal('bicubic').optional(),
      resize_mode: z.literal('shortest').optional(),
    })
    .optional(),
});

/**
 * The options of a CLIP of open_clip, and its preprocessing where the config has one.
 *
 * @throws ModelError that lists every field that is wrong or not known
 */
export function openClipFromConfig(config: unknown): {
  readonly options: ClipVitOptions;
  readonly preprocessing: VisionEncoder['preprocessing'] | undefined;
} {
  const result = schema.safeParse(config);
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
    throw new ModelError(
      `The open_clip_config.json asks for what this project does not do: ${problems.join('; ')}.`,
    );
  }
  const { model_cfg: model, preprocess_cfg: preprocess } = result.data;
  const {
    image_size: image,
    patch_size: patch,
    width: dim,
    layers,
    head_width,
    mlp_ratio,
  } = model.vision_cfg;
  const activation = model.quick_gelu ? 'quick-gelu' : 'gelu';
  return {
    options: {
      ...{ image, patch, dim, layers, activation },
      heads: dim / head_width,
      inner: Math.floor(dim * mlp_ratio),
    },
    preprocessing: preprocess && {
      resize: 'shortest-edge',
      interpolation: 'bicubic',
      mean: preprocess.mean,
      deviation: preprocess.std,
    },
  };
}
