import { z } from 'zod';
import { sizes } from '../configs/config-fields.ts';
import { oneMeaning } from '../configs/one-meaning.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import { refuseOtherKind } from '../configs/vision-kind.ts';
import { visionTransformerFields, visionTransformerOptions } from '../configs/vision-transformer-fields.ts';
import type { ClipVitOptions } from './clip-vit.ts';

const MODEL = 'CLIP vision';

const readVision = originalConfig({
  model: MODEL,
  original: 'clip_vision_model',
  read: {
    ...visionTransformerFields,
    intermediate_size: sizes.width,
  },
  // The projection comes after the features that Flamingo takes, and there are no words.
  inert: 'projection_dim attention_dropout dropout initializer_factor tie_word_embeddings vocab_size',
});

const readWhole = originalConfig({
  model: 'CLIP',
  original: 'clip',
  read: { vision_config: z.unknown(), vision_config_dict: z.unknown() },
  inert: `text_config text_config_dict projection_dim logit_scale_init_value initializer_factor tie_word_embeddings`,
});

/**
 * The options of Hugging Face's `CLIPVisionConfig`, alone or as the `vision_config` of a `CLIPConfig`. Sizes that are left
 * out are those of ViT-B/32, as there.
 *
 * @throws ModelError for the config of another kind of model, and for what is not done
 */
export function clipVitFromConfig(config: unknown): ClipVitOptions {
  refuseOtherKind(config, 'CLIP', ['clip', 'clip_vision_model']);
  const fields = recordOf(config) ?? {};
  if (fields.model_type !== 'clip' && !('vision_config' in fields)) return optionsOf(config);
  const whole = readWhole(config);
  // Files of 2021 and 2022 have it a second time, and transformers believes that one.
  const vision = oneMeaning(MODEL, {
    vision_config_dict: optionsOfPart(whole.vision_config_dict),
    vision_config: optionsOfPart(whole.vision_config),
  });
  return vision ?? optionsOf({});
}

const optionsOfPart = (config: unknown) =>
  config === undefined || config === null ? undefined : optionsOf(config);

function optionsOf(config: unknown): ClipVitOptions {
  const given = readVision(config);
  return {
    ...visionTransformerOptions(given),
    inner: given.intermediate_size,
  };
}
