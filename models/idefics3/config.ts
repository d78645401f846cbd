import { z } from 'zod';
import { ModelError } from '../../dsl/index.ts';
import { only, positive, sizes } from '../configs/config-fields.ts';
import { firstProblems } from '../configs/first-problems.ts';
import { languageModelFromConfig } from '../configs/language-families.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import { shownJson } from '../configs/same-json.ts';
import { visionTransformerFields, visionTransformerOptions } from '../configs/vision-transformer-fields.ts';
import type { LanguageModel } from '../shared/language-model.ts';
import type { SiglipOptions } from '../siglip/siglip.ts';

const readVision = originalConfig({
  model: 'Idefics 3 vision',
  original: 'idefics3/vision_config',
  read: { ...visionTransformerFields, intermediate_size: sizes.width, layer_norm_eps: positive },
  // `size` and `max_image_size`: the image processor's, once more. `use_base_siglip`: what training began with.
  inert: 'attention_dropout max_image_size size use_base_siglip tie_word_embeddings',
});

const readConfig = originalConfig({
  model: 'Idefics 3',
  original: 'idefics3',
  read: {
    vision_config: z.unknown(),
    text_config: z.unknown(),
    scale_factor: sizes.width,
    image_token_id: z.int().min(0),
    tie_word_embeddings: z.boolean(),
  },
  // The vocabulary of `text_config`, once more; how many tokens a picture is, which follows.
  inert: '_pad_token_id vocab_size image_seq_len',
});

/** Fields of what the published ones were trained with, which their `text_config` still has. */
const ofTraining = z.looseObject({
  qk_layer_norms: only(false),
  use_resampler: only(false),
  pixel_shuffle_factor: z.int().nullish(),
});

/** What an Idefics 3's `config.json` says of it. */
export interface Idefics3Parts {
  readonly vision: SiglipOptions;
  readonly language: LanguageModel;
  /** Of the connector: features on each side of the square that becomes one token. */
  readonly scale: number;
  /** Id of the token in whose places features stand. */
  readonly imageToken: number;
}

/**
 * The parts of transformers' `Idefics3Config` and `SmolVLMConfig`: a SigLIP, whose features are those after its last norm, a pixel
 * shuffle, and a language model of any family that is known, mostly LLaMA. Laurençon et al. 2024, arXiv 2408.12637; Marafioti et
 * al. 2025, arXiv 2504.05299.
 *
 * @param notes gets a sentence for each thing that was assumed
 * @throws ModelError for a part of another kind, and what is not done
 */
export function idefics3FromConfig(config: unknown, notes: string[] = []): Idefics3Parts {
  const given = readConfig(config, notes);
  const vision = readVision(given.vision_config ?? {}, notes);
  const options = visionTransformerOptions(vision);
  requireOwnPlaces(Math.floor(options.image / options.patch));
  return {
    vision: { ...options, inner: vision.intermediate_size, epsilon: vision.layer_norm_eps },
    language: languageModelFromConfig(
      textConfig(given.text_config ?? { rms_norm_eps: 1e-5 }, given.scale_factor, given.tie_word_embeddings),
      {},
      notes,
    ),
    scale: given.scale_factor,
    imageToken: given.image_token_id,
  };
}

/** The language model's config, without what is of training, and with what the whole model's says of its head. */
function textConfig(config: unknown, scale: number, tied: boolean): unknown {
  const fields = recordOf(config);
  if (fields === undefined) return config;
  const trained = ofTraining.safeParse(fields);
  if (!trained.success) {
    const problems = trained.error.issues.map(
      ({ path }) => `${path.join('.')} ${shownJson(fields[String(path[0])])}`,
    );
    throw new ModelError(
      `The text_config of this Idefics 3 model asks for what this project does not do: ${firstProblems(problems)}.`,
    );
  }
  const { pixel_shuffle_factor: shuffled } = trained.data;
  if (shuffled != null && shuffled !== scale) {
    throw new ModelError(
      `The config of this Idefics 3 model has scale_factor ${scale}, but its text_config has pixel_shuffle_factor ${shuffled}: give both the same, as the weights have it.`,
    );
  }
  const { tie_word_embeddings: tiedThere = tied } = fields;
  if (tiedThere !== tied) {
    throw new ModelError(
      `The config of this Idefics 3 model has tie_word_embeddings ${tied}, but its text_config has ${shownJson(tiedThere)}: give both the same, as the weights have it.`,
    );
  }
  const left = [
    'qk_layer_norms',
    'use_resampler',
    'pixel_shuffle_factor',
    'perceiver_config',
    'architectures',
  ];
  return {
    model_type: 'llama',
    ...Object.fromEntries(Object.entries(fields).filter(([field]) => !left.includes(field))),
    tie_word_embeddings: tied,
  };
}

/**
 * Sides in patches on which the original's arithmetic of places in float32 gives some patches the place of the one before
 * them, as transformers 5.24 and PyTorch 2.15 have it (`Idefics3VisionEmbeddings`); what it does beyond `MOST` is not known.
 */
const MISPLACED = [19, 25, 29, 31, 38, 40, 41, 43, 47, 49, 50, 54, 55, 58, 59, 61, 62];
const MOST = 64;

function requireOwnPlaces(side: number): void {
  if (side <= MOST && !MISPLACED.includes(side)) return;
  throw new ModelError(
    `The vision_config of this Idefics 3 model has ${side} patches on a side, on which the original gives some of them another's place, which is not done: known are up to ${MOST}, without ${MISPLACED.join(', ')}.`,
  );
}
