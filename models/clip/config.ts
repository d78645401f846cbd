import { z } from 'zod';
import { activationName, sizes } from '../configs/config-fields.ts';
import { oneMeaning } from '../configs/one-meaning.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import { refuseOtherKind } from '../configs/vision-kind.ts';
import type { ClipVitOptions } from './clip-vit.ts';

const MODEL = 'CLIP vision';

const readVision = originalConfig({
  model: MODEL,
  original: 'clip_vision_model',
  read: {
    hidden_size: sizes.width,
    intermediate_size: sizes.width,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.width,
    image_size: sizes.pixels,
    patch_size: sizes.pixels,
    hidden_act: activationName,
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
    image: given.image_size,
    patch: given.patch_size,
    dim: given.hidden_size,
    layers: given.num_hidden_layers,
    heads: given.num_attention_heads,
    inner: given.intermediate_size,
    activation: given.hidden_act,
  };
}
