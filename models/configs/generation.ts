import { z } from 'zod';

const ids = z.union([z.int(), z.array(z.int()).transform(([first]) => first)]).nullish();
const schema = z.looseObject({ bos_token_id: ids, eos_token_id: ids, pad_token_id: ids });

/** Fields that say who wrote the file, or what Python gives back. */
const ABOUT_OTHER_THINGS =
  '_from_model_config transformers_version use_cache return_dict_in_generate output_attentions output_hidden_states output_scores output_logits'.split(
    ' ',
  );

/** What the file beside a language model says of its tokens, and what it says that has no place in a compiled model. */
export interface TokenIds {
  readonly beginning: number | undefined;
  readonly end: number | undefined;
  readonly padding: number | undefined;
  /** Settings of generation, `temperature 0.7`: a compiled model has none, they are options of `flamingo run`. */
  readonly settings: readonly string[];
}

/**
 * Token ids of a `generation_config.json`, or of a `config.json`, whose other fields are somebody else's.
 *
 * @param settings whether the other fields are settings of generation
 */
export function tokenIdsFromConfig(config: unknown, settings: boolean): TokenIds {
  const result = schema.safeParse(config);
  const { bos_token_id, eos_token_id, pad_token_id, ...others } = result.success
    ? result.data
    : { bos_token_id: undefined, eos_token_id: undefined, pad_token_id: undefined };
  return {
    beginning: bos_token_id ?? undefined,
    end: eos_token_id ?? undefined,
    padding: pad_token_id ?? undefined,
    settings: settings
      ? Object.entries(others)
          .filter(([name]) => !ABOUT_OTHER_THINGS.includes(name))
          .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
      : [],
  };
}
