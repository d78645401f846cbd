import { z } from 'zod';
import { ModelError } from '../../dsl/index.ts';
import { firstProblems } from './first-problems.ts';
import { defaultsOf } from './original-defaults.ts';
import { sameJson, shownJson } from './same-json.ts';

/** A number below 0 is no token: the first converted LLaMAs have a padding of -1. */
const id = z
  .int()
  .nullish()
  .transform((given) => (typeof given === 'number' && given < 0 ? undefined : given));
/** One id or several. */
const ids = z
  .union([z.int().transform((only) => [only]), z.array(z.int())])
  .nullish()
  .transform((given) => (given ?? []).filter((each) => each >= 0));
const schema = z.looseObject({
  bos_token_id: id,
  eos_token_id: ids,
  pad_token_id: id,
  suppress_tokens: ids,
  bad_words_ids: z
    .array(z.array(z.int()))
    .nullish()
    .transform((given) => given ?? []),
});

/** Fields that say who wrote the file, or what Python gives back. */
const ABOUT_OTHER_THINGS =
  '_from_model_config transformers_version use_cache return_dict_in_generate output_attentions output_hidden_states output_scores output_logits'.split(
    ' ',
  );

/** What the file beside a language model says of its tokens, and what it says that has no place in a compiled model. */
export interface TokenIds {
  readonly beginning: number | undefined;
  readonly end: number | undefined;
  /** Ids that end an answer besides `end`. */
  readonly eosTokens: readonly number[];
  readonly padding: number | undefined;
  /** Ids that no answer may have. */
  readonly suppressedTokens: readonly number[];
  /** Settings of generation, `temperature 0.7`: a compiled model has none, they are options of `flamingo run`. */
  readonly settings: readonly string[];
}

/**
 * Token ids of a `generation_config.json`, or of a `config.json`, where older files have settings of generation among
 * somebody else's fields. Without the file it knows of none. Settings at the original's default are none.
 *
 * @throws ModelError for ids that are none
 */
export function tokenIdsFromConfig(
  config: unknown,
  file: 'generation_config.json' | 'config.json',
): TokenIds {
  const result = schema.safeParse(config ?? {});
  if (!result.success) {
    const fields = result.error.issues.map(({ path }) => path.join('.') || 'it');
    throw new ModelError(
      `The ${file} has no token ids where they are expected: ${firstProblems(fields, ', ')}.`,
    );
  }
  const { bos_token_id, eos_token_id, pad_token_id, suppress_tokens, bad_words_ids, ...others } = result.data;
  const [end, ...eosTokens] = eos_token_id;
  const sequences = bad_words_ids.filter(({ length }) => length > 1);
  const unkept = { ...others, ...(sequences.length > 0 && { bad_words_ids: sequences }) };
  return {
    beginning: bos_token_id ?? undefined,
    end,
    eosTokens,
    padding: pad_token_id ?? undefined,
    suppressedTokens: [
      ...suppress_tokens,
      ...bad_words_ids.flatMap((word) => (word.length === 1 ? word : [])),
    ],
    settings: Object.entries(unkept)
      .filter(([name, value]) => {
        const defaults = defaultsOf('generation', name);
        const isSetting = defaults.length > 0 || file === 'generation_config.json';
        return (
          isSetting &&
          value !== null &&
          !ABOUT_OTHER_THINGS.includes(name) &&
          !defaults.some((each) => sameJson(each, value))
        );
      })
      .map(([name, value]) => `${name.slice(0, 80)} ${shownJson(value)}`),
  };
}
