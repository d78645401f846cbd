import { z } from 'zod';
import { ModelError } from '../../dsl/index.ts';
import { channelDeviations, channelMeans, only, orElse, positive, sizes } from '../configs/config-fields.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import { shownJson } from '../configs/same-json.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';
import type { ClipVitOptions } from './clip-vit.ts';

const COMMON = { model: 'open_clip', subject: 'The open_clip_config.json' } as const;

const readVision = originalConfig({
  ...COMMON,
  original: 'open_clip/vision_cfg',
  read: {
    image_size: sizes.pixels,
    layers: sizes.layers,
    width: sizes.width,
    patch_size: sizes.pixels,
    head_width: sizes.width,
    mlp_ratio: positive,
  },
  // What becomes of the features after those that Flamingo takes.
  inert: 'patch_dropout output_tokens final_ln_after_pool attn_pooler_heads attn_pooler_queries n_queries',
});
const readPreprocessing = originalConfig({
  ...COMMON,
  original: 'open_clip/preprocess_cfg',
  read: {
    mean: channelMeans,
    std: channelDeviations,
    interpolation: only('bicubic'),
    resize_mode: only('shortest'),
    size: z.union([z.int(), z.tuple([z.int(), z.int()])]).nullish(),
  },
  // Of what is added around a picture, which is cut.
  inert: 'fill_color',
});
const readModel = originalConfig({
  ...COMMON,
  read: { vision_cfg: z.unknown(), quick_gelu: orElse(z.boolean(), false) },
  // The text tower, and the space that both share.
  inert: `text_cfg multimodal_cfg embed_dim custom_text init_logit_scale init_logit_bias nonscalar_logit_scale cast_dtype
    output_dict`,
});
const readWhole = originalConfig({
  ...COMMON,
  read: { model_cfg: z.unknown(), preprocess_cfg: z.unknown() },
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
  const whole = readWhole(config);
  const model = readModel(whole.model_cfg);
  refuseOtherTowers(recordOf(model.vision_cfg));
  const vision = readVision(model.vision_cfg);
  const { image_size: image, patch_size: patch, width: dim, layers, head_width, mlp_ratio } = vision;
  const said = recordOf(whole.preprocess_cfg);
  const preprocess = said && readPreprocessing(said);
  if (said?.size != null && [preprocess?.size].flat().some((side) => side !== image)) {
    throw new ModelError(
      `The open_clip_config.json contradicts itself: preprocess_cfg makes pictures of ${shownJson(said.size)} pixels, but vision_cfg takes ${image}.`,
    );
  }
  const activation = model.quick_gelu ? 'quick-gelu' : 'gelu';
  return {
    options: {
      ...{ image, patch, dim, layers, activation },
      heads: Math.max(1, Math.floor(dim / head_width)),
      inner: Math.floor(dim * mlp_ratio),
    },
    preprocessing: preprocess && {
      resize: 'shortest-edge',
      interpolation: 'bicubic',
      mean: preprocess.mean,
      std: preprocess.std,
    },
  };
}

/** Towers that are no ViT of open_clip's own, most of whose fields would be refused one by one. */
function refuseOtherTowers(vision: Readonly<Record<string, unknown>> | undefined): void {
  const timm = vision?.timm_model_name;
  const [what, otherwise] =
    typeof timm === 'string'
      ? [`timm's ${shownJson(timm)}`, ', or a SigLIP that transformers saved']
      : Array.isArray(vision?.layers)
        ? ["CLIP's ResNet, with layers in stages", '']
        : [];
  if (what === undefined) return;
  throw new ModelError(
    `The open_clip_config.json asks for the vision encoder ${what}, but ViTs of open_clip's own are done; give one of those${otherwise}.`,
  );
}
