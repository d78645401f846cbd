import { z } from 'zod';
import { ModelError } from '../../dsl/index.ts';
import { activationName, only, positive, sizes } from '../configs/config-fields.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import { plainWholeHeadRotaryFields } from '../configs/rotary-fields.ts';
import type { IdeficsOptions } from './idefics.ts';

const readVision = originalConfig({
  model: 'Idefics vision',
  original: 'idefics/vision_config',
  read: {
    embed_dim: sizes.width,
    image_size: sizes.pixels,
    intermediate_size: sizes.width,
    patch_size: sizes.pixels,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.width,
    hidden_act: activationName,
  },
  inert: `attention_dropout dropout initializer_factor tie_word_embeddings vision_model_name vision_model_params
    freeze_lm_head freeze_text_layers freeze_text_module_exceptions freeze_vision_layers freeze_vision_module_exceptions`,
});

const readPerceiver = originalConfig({
  model: 'Idefics resampler',
  original: 'idefics/perceiver_config',
  read: {
    resampler_n_latents: sizes.width,
    resampler_depth: sizes.layers,
    resampler_n_heads: sizes.width,
    resampler_head_dim: sizes.width,
    qk_layer_norms_perceiver: z.boolean(),
  },
  // Whether there is a resampler is said by the whole model's field of that name.
  inert: 'use_resampler tie_word_embeddings',
});

const readConfig = originalConfig({
  model: 'Idefics',
  original: 'idefics',
  read: {
    vocab_size: sizes.vocabulary,
    additional_vocab_size: z
      .int()
      .min(0)
      .max(2 ** 16),
    hidden_size: sizes.width,
    intermediate_size: sizes.width,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.width,
    max_position_embeddings: sizes.positions,
    rms_norm_eps: positive,
    rope_parameters: plainWholeHeadRotaryFields,
    // Releases before 5 do not look at these.
    rope_theta: only(10_000),
    rope_scaling: z.null().optional(),
    tie_word_embeddings: z.boolean(),
    cross_layer_interval: sizes.layers,
    alpha_type: z.enum(['float', 'vector']),
    qk_layer_norms: z.boolean(),
    use_resampler: z.boolean(),
    vision_config: z.unknown(),
    perceiver_config: z.unknown(),
    cross_layer_activation_function: only('swiglu'),
    word_embed_proj_dim: sizes.width.nullish(),
  },
  inert: `alpha_initializer alphas_initializer_range dropout ffn_dim freeze_lm_head freeze_text_layers
    freeze_text_module_exceptions freeze_vision_layers freeze_vision_module_exceptions image_token_index
    max_new_tokens max_sequence_length`,
});

/** The options of transformers' `IdeficsConfig`, but for the model's name. */
export function ideficsFromConfig(config: unknown, notes: string[] = []): Omit<IdeficsOptions, 'name'> {
  const given = readConfig(config, notes);
  if ((given.word_embed_proj_dim ?? given.hidden_size) !== given.hidden_size) {
    throw new ModelError(
      `The config of this Idefics model has word_embed_proj_dim ${given.word_embed_proj_dim} beside hidden_size ${given.hidden_size}: embeddings of another width than the layers are not known to this project.`,
    );
  }
  const vision = readVision(withOldActivation(config, given.vision_config ?? {}, notes));
  const perceiver = readPerceiver(given.perceiver_config ?? {});
  return {
    vision: {
      image: vision.image_size,
      patch: vision.patch_size,
      dim: vision.embed_dim,
      layers: vision.num_hidden_layers,
      heads: vision.num_attention_heads,
      inner: vision.intermediate_size,
      activation: vision.hidden_act,
    },
    language: {
      dim: given.hidden_size,
      layers: given.num_hidden_layers,
      heads: given.num_attention_heads,
      inner: given.intermediate_size,
      vocabulary: given.vocab_size,
      additionalTokens: given.additional_vocab_size,
      contextLength: given.max_position_embeddings,
      epsilon: given.rms_norm_eps,
      rotaryBase: given.rope_parameters?.rope_theta ?? 10_000,
      tiedHead: given.tie_word_embeddings,
    },
    ...(given.use_resampler && {
      resampler: {
        depth: perceiver.resampler_depth,
        heads: perceiver.resampler_n_heads,
        headDim: perceiver.resampler_head_dim,
        latents: perceiver.resampler_n_latents,
        queryKeyNorm: perceiver.qk_layer_norms_perceiver,
      },
    }),
    crossAttention: {
      every: given.cross_layer_interval,
      gate: given.alpha_type === 'vector' ? 'channel' : 'scalar',
      queryKeyNorm: given.qk_layer_norms,
    },
  };
}

/** transformers 4.32, the first with Idefics, had another default of `hidden_act`, and leaves defaults out of the parts of a config. */
function withOldActivation(config: unknown, vision: unknown, notes: string[]): unknown {
  const fields = recordOf(vision);
  const { transformers_version: release } = recordOf(config) ?? {};
  const isOld = typeof release === 'string' && release.startsWith('4.32.');
  if (fields === undefined || 'hidden_act' in fields || !isOld) return vision;
  notes.push(
    `The config of this Idefics model leaves out vision_config.hidden_act and was written by transformers ${release}, where it is quick_gelu; later releases take gelu.`,
  );
  return { ...fields, hidden_act: 'quick_gelu' };
}
