import { z } from 'zod';
import { ModelError } from '../../dsl/index.ts';
import { activationName, only, orElse, originalConfig, size } from '../configs/original-config.ts';
import type { IdeficsOptions } from './idefics.ts';

const readVisionConfig = originalConfig({
  model: 'Idefics vision',
  honoured: {
    embed_dim: orElse(size, 768),
    image_size: orElse(size, 224),
    intermediate_size: orElse(size, 5120),
    patch_size: orElse(size, 14),
    num_hidden_layers: orElse(size, 32),
    num_attention_heads: orElse(size, 16),
    hidden_act: orElse(activationName, 'gelu'),
    num_channels: only(3),
    layer_norm_eps: only(1e-5),
  },
  ignored: 'attention_dropout dropout initializer_factor vision_model_name vision_model_params',
});

const readPerceiverConfig = originalConfig({
  model: 'Idefics resampler',
  honoured: {
    resampler_n_latents: orElse(size, 64),
    resampler_depth: orElse(size, 6),
    resampler_n_heads: orElse(size, 16),
    resampler_head_dim: orElse(size, 96),
    qk_layer_norms_perceiver: orElse(z.boolean(), false),
  },
  // Whether there is a resampler is said by the whole model's field of that name.
  ignored: 'use_resampler',
});

const readConfig = originalConfig({
  model: 'Idefics',
  honoured: {
    vocab_size: size,
    additional_vocab_size: orElse(z.int().min(0), 0),
    hidden_size: size,
    intermediate_size: size,
    num_hidden_layers: size,
    num_attention_heads: size,
    max_position_embeddings: orElse(size, 2048),
    rms_norm_eps: orElse(z.number(), 1e-6),
    rope_parameters: z
      .strictObject({ rope_type: only('default'), rope_theta: z.number().optional() })
      .nullish(),
    hidden_act: only('silu'),
    tie_word_embeddings: orElse(z.boolean(), false),
    cross_layer_interval: orElse(size, 1),
    alpha_type: orElse(z.enum(['float', 'vector']), 'float'),
    qk_layer_norms: orElse(z.boolean(), false),
    use_resampler: orElse(z.boolean(), false),
    vision_config: z.unknown().transform(readVisionConfig),
    perceiver_config: z.unknown().transform((given) => readPerceiverConfig(given ?? {})),
    cross_layer_activation_function: only('swiglu'),
    word_embed_proj_dim: size.nullish(),
  },
  ignored: `alpha_initializer alphas_initializer_range dropout ffn_dim freeze_lm_head freeze_text_layers
    freeze_text_module_exceptions freeze_vision_layers freeze_vision_module_exceptions image_token_index
    max_new_tokens max_sequence_length`,
});

/** The options of transformers' `IdeficsConfig`, but for the model's name. */
export function ideficsFromConfig(config: unknown): Omit<IdeficsOptions, 'name'> {
  const { vision_config: vision, perceiver_config: perceiver, ...given } = readConfig(config);
  if ((given.word_embed_proj_dim ?? given.hidden_size) !== given.hidden_size) {
    throw new ModelError(
      `The config of this Idefics model has word_embed_proj_dim ${given.word_embed_proj_dim} beside hidden_size ${given.hidden_size}: embeddings of another width than the layers are not known to this project.`,
    );
  }
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
