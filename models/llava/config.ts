import { z } from 'zod';
import { ModelError } from '../../dsl/index.ts';
import { activationName } from '../configs/config-fields.ts';
import { languageModelFromConfig } from '../configs/language-families.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import type { Activation } from '../shared/activation.ts';
import type { LanguageModel } from '../shared/language-model.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';
import { visionTower } from './vision-tower.ts';

/** One layer's features; those of several beside each other are not done. */
const layer = z.int('features of several layers beside each other are not done');

const readConfig = originalConfig({
  model: 'LLaVA',
  original: 'llava',
  read: {
    vision_config: z.unknown(),
    text_config: z.unknown(),
    vision_feature_layer: layer,
    vision_feature_select_strategy: z.enum(['default', 'full']),
    projector_hidden_act: activationName,
    multimodal_projector_bias: z.boolean(),
    image_token_index: z.int().min(0),
    // Later releases' name of it.
    image_token_id: z.int().min(0).nullish(),
    tie_word_embeddings: z.boolean(),
  },
  // What the loss leaves out; the vocabulary of `text_config`, once more; how many tokens a processor writes, which are as many
  // as there are features.
  inert: 'ignore_index vocab_size image_seq_length',
});

/** What a LLaVA's `config.json` says of it. */
export interface LlavaParts {
  readonly vision: VisionEncoder;
  readonly language: LanguageModel;
  /** Of the connector. */
  readonly activation: Activation;
  /** Whether the connector's layers have biases. */
  readonly bias: boolean;
  /** Id of the token in whose places features stand. */
  readonly imageToken: number;
}

/**
 * The parts of transformers' `LlavaConfig`: a CLIP or SigLIP whose features are those of an inner layer, a perceptron of two layers,
 * and a language model of any family that is known. Liu et al. 2023, arXiv 2304.08485 and 2310.03744.
 *
 * @param notes gets a sentence for each thing that was assumed
 * @throws ModelError for a part of another kind, and what is not done
 */
export function llavaFromConfig(config: unknown, notes: string[] = []): LlavaParts {
  const given = readConfig(config, notes);
  const text = recordOf(given.text_config ?? {});
  // Files of 2023 leave out what LLaVA has by default.
  const language = languageModelFromConfig(
    text === undefined ? given.text_config : { model_type: 'llama', ...text },
    {},
    notes,
  );
  if (given.tie_word_embeddings && text?.tie_word_embeddings !== true) {
    throw new ModelError(
      'The config of this LLaVA model has tie_word_embeddings true, but its text_config does not: give both the same, as the weights have it.',
    );
  }
  return {
    vision: visionTower(given.vision_config ?? {}, {
      layer: given.vision_feature_layer,
      classToken: given.vision_feature_select_strategy === 'full',
    }),
    language,
    activation: given.projector_hidden_act,
    bias: given.multimodal_projector_bias,
    imageToken: given.image_token_id ?? given.image_token_index,
  };
}
