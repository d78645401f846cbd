import { z } from 'zod';
import { ModelError } from '../../dsl/index.ts';
import type { Activation } from '../shared/activation.ts';

/** Fields that every Hugging Face config may have and that say nothing of how logits are computed. */
const ABOUT_OTHER_THINGS =
  `_name_or_path architectures auto_map model_type transformers_version torch_dtype dtype torchscript use_bfloat16
  tf_legacy_loss use_cache return_dict return_dict_in_generate output_attentions output_hidden_states output_scores
  chunk_size_feed_forward pruned_heads is_encoder_decoder is_decoder tie_encoder_decoder cross_attention_hidden_size
  id2label label2id problem_type finetuning_task tokenizer_class tokenizer_name task_specific_params prefix
  bos_token_id eos_token_id pad_token_id sep_token_id decoder_start_token_id forced_bos_token_id forced_eos_token_id
  max_length min_length do_sample early_stopping num_beams num_beam_groups diversity_penalty temperature top_k top_p
  typical_p repetition_penalty length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids
  num_return_sequences exponential_decay_length_penalty suppress_tokens begin_suppress_tokens remove_invalid_values
  initializer_range _attn_implementation_autoset`.split(/\s+/);

export interface OriginalConfig<Shape extends z.ZodRawShape> {
  /** The original's own name of the model, for messages. */
  readonly model: string;
  /** What the project honours, by the original's names. A field that only one value of is known is a literal. */
  readonly honoured: Shape;
  /** Fields of this model that do not change its logits: dropout, initialisation, choice of kernel. Names, by spaces. */
  readonly ignored: string;
}

/**
 * A reader of another project's `config.json`. Every field is honoured, known not to matter, or refused: none is
 * passed over in silence.
 *
 * @throws ModelError that lists every field that is wrong, missing or not known
 */
export function originalConfig<Shape extends z.ZodRawShape>({
  model,
  honoured,
  ignored,
}: OriginalConfig<Shape>) {
  const schema = z.object({ add_cross_attention: only(false), ...honoured });
  const passed = new Set([...ABOUT_OTHER_THINGS, ...ignored.split(/\s+/), ...Object.keys(schema.shape)]);
  return (config: unknown): z.output<typeof schema> => {
    const result = schema.safeParse(config);
    const wrong = (result.error?.issues ?? []).map(({ path, message }) => {
      const found: unknown = path.reduce<unknown>((value, key) => property(value, String(key)), config);
      const stated = found === undefined ? 'is missing' : `is ${JSON.stringify(found)}`;
      return `${path.length === 0 ? 'it' : path.join('.')} ${stated} (${message})`;
    });
    const unknown = Object.keys(typeof config === 'object' && config !== null ? config : {})
      .filter((field) => !passed.has(field))
      .map((field) => `${field} is not known to this project`);
    if (result.success && unknown.length === 0) return result.data;
    throw new ModelError(
      `The config of this ${model} model asks for what this project does not do: ${[...wrong, ...unknown].join('; ')}.`,
    );
  };
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

/** A size: a whole number from 1 on. */
export const size = z.int().min(1);

/** A field that may be left out or null, and is `value` then. */
export function orElse<S extends z.ZodType>(schema: S, value: z.output<S>) {
  return schema.nullish().transform((given) => given ?? value);
}

/** A field of which this project knows one value, which is also what a missing field means. */
export function only<const V extends string | number | boolean>(value: V) {
  return z.literal(value).nullish();
}

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu: 'gelu',
  // Three ways to write the tanh approximation.
  gelu_new: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  quick_gelu: 'quick-gelu',
  relu: 'relu',
  silu: 'silu',
  swish: 'silu',
};

/** transformers' name of an activation, as this project's. */
export const activationName = z.string().transform((name, context): Activation => {
  const activation = ACTIVATIONS[name];
  if (activation !== undefined) return activation;
  context.addIssue(`known activations are ${Object.keys(ACTIVATIONS).join(', ')}`);
  return z.NEVER;
});
