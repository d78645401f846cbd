import { z } from 'zod';
import { ModelError } from '../../dsl/index.ts';
import { sizes } from './config-fields.ts';
import { firstProblems } from './first-problems.ts';
import { defaultsOf, type OriginalName } from './original-defaults.ts';
import { sameJson, shownJson } from './same-json.ts';

/** Fields that any Hugging Face config may have and whose value, whatever it is, does not change how logits are computed. */
const INERT_EVERYWHERE = words(
  `_name_or_path name_or_path _commit_hash architectures auto_map custom_pipelines model_type transformers_version
  transformers.js_config unsloth_fixed unsloth_version torch_dtype dtype torchscript use_bfloat16 xla_device tf_legacy_loss
  use_cache gradient_checkpointing return_dict return_dict_in_generate output_attentions output_hidden_states output_scores
  output_logits chunk_size_feed_forward is_decoder tie_encoder_decoder cross_attention_hidden_size id2label label2id
  num_labels _num_labels problem_type finetuning_task tokenizer_class tokenizer_name task_specific_params prefix
  bos_token_id eos_token_id pad_token_id sep_token_id decoder_start_token_id forced_bos_token_id forced_eos_token_id
  max_length min_length do_sample early_stopping num_beams num_beam_groups diversity_penalty temperature top_k top_p
  typical_p repetition_penalty length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids
  num_return_sequences exponential_decay_length_penalty suppress_tokens begin_suppress_tokens remove_invalid_values
  initializer_range _attn_implementation _attn_implementation_autoset _attn_implementation_internal attn_implementation
  _flash_attn_2_enabled neftune_noise_alpha use_reentrant_checkpointing`,
);

export interface OriginalConfig<Shape extends z.ZodRawShape> {
  /** The original's own name of the model, for messages. */
  readonly model: string;
  /** What asks for things, in messages; default: the config of this model. */
  readonly subject?: string;
  /** Whose defaults hold for what is left out, and are accepted in fields that are not read. Default: nobody's. */
  readonly original?: OriginalName;
  /** Fields that are used, by the original's names, with the values that are done. */
  readonly read: Shape;
  /** Fields of this model that change no logit: dropout, initialisation, choice of kernel. Names, by spaces. */
  readonly inert?: string;
}

/**
 * A reader of another project's `config.json`. Each field is one of four:
 * - read: left out (or null, where null or false is its default) it has the original's default, as it has there;
 * - inert: it changes no number, whatever it says;
 * - at the original's default, in whatever release: it changes nothing, even where this project does not know it;
 * - anything else, which would change a number or is not understood: refused by name.
 *
 * The reader's second argument gets a note where sizes are left out.
 *
 * @throws ModelError that lists every field that is wrong, missing or not known
 */
export function originalConfig<Shape extends z.ZodRawShape>({
  model,
  subject = `The config of this ${model} model`,
  original,
  read,
  inert = '',
}: OriginalConfig<Shape>) {
  const schema = z.object(read);
  const passed = new Set([...INERT_EVERYWHERE, ...words(inert), ...Object.keys(read)]);
  return (config: unknown, notes?: string[]): z.output<typeof schema> => {
    const given = recordOf(config);
    if (given === undefined) {
      throw new ModelError(`${subject} is ${shownJson(config)}, not an object with fields.`);
    }
    const result = schema.safeParse(
      Object.fromEntries(Object.keys(read).map((field) => [field, meant(original, given, field)])),
    );
    const wrong = (result.error?.issues ?? []).map(({ path, message }) => {
      const found = path.reduce<unknown>((value, key) => recordOf(value)?.[String(key)], given);
      const stated = found === undefined ? 'is missing' : `is ${shownJson(found)}`;
      return `${path.join('.')} ${stated} (${message.replace(/^Invalid input: /, '')})`;
    });
    const others = Object.keys(given)
      .filter((field) => !passed.has(field))
      .flatMap((field) => problemWith(original, field, given[field]) ?? []);
    const problems = [...wrong, ...others];
    if (result.success && problems.length === 0) {
      const left = Object.keys(read).filter((field) => isSize(read[field]) && !Object.hasOwn(given, field));
      if (left.length > 0) {
        const taken = left.map((field) => `${field} ${shownJson(meant(original, given, field))}`);
        notes?.push(`${subject} leaves out sizes; the original's defaults are taken: ${taken.join(', ')}.`);
      }
      return result.data;
    }
    throw new ModelError(`${subject} asks for what this project does not do: ${firstProblems(problems)}.`);
  };
}

const isSize = (schema: unknown): boolean => Object.values(sizes).some((size) => size === schema);

/** What a field says, or its default where it says nothing. */
function meant(
  original: OriginalName | undefined,
  given: Readonly<Record<string, unknown>>,
  field: string,
): unknown {
  const value = Object.hasOwn(given, field) ? given[field] : undefined;
  const [newest] = original === undefined ? [] : defaultsOf(original, field);
  // Python takes null for false; for a number it is an error there too.
  const saysNothing =
    value === undefined || (value === null && (newest === undefined || newest === null || newest === false));
  return saysNothing ? newest : value;
}

/** What is wrong with a field that is not read; undefined when it changes nothing. */
function problemWith(original: OriginalName | undefined, field: string, value: unknown): string | undefined {
  const defaults = original === undefined ? [] : defaultsOf(original, field);
  const shown = field.slice(0, 80);
  if (defaults.length === 0) {
    return value === null ? undefined : `${shown} is not known to this project (it is ${shownJson(value)})`;
  }
  if (defaults.some((each) => sameJson(each, value))) return undefined;
  return `${shown} is ${shownJson(value)} (only the original's default, ${shownJson(defaults[0])}, is done)`;
}

/** The fields of an object of JSON; undefined for anything else. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
