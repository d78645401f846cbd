import { join } from 'node:path';
import { z } from 'zod';
import type { ModelFolder } from './model-folder.ts';
import type { TokenizerFile } from './tokenizer-file.ts';

/**
 * Fields of a `tokenizer_config.json` that say again what `tokenizer.json` says, or what Python's classes do around it:
 * prompts get their first token from the model and are padded by the runtime.
 */
const SAID_ELSEWHERE = new Set(
  `add_bos_token add_eos_token add_prefix_space added_tokens_decoder additional_special_tokens auto_map backend bos_token
  cls_token eos_token extra_special_tokens is_local legacy mask_token max_length model_input_names model_max_length
  name_or_path pad_to_multiple_of pad_token pad_token_type_id padding padding_side processor_class
  return_token_type_ids sep_token sp_model_kwargs spaces_between_special_tokens special_tokens_map_file
  split_special_tokens stride tokenizer_class tokenizer_file truncation truncation_side truncation_strategy unk_token
  use_default_system_prompt use_fast vocab_file`.split(/\s+/),
);

/** A sentence for each thing that a folder's `tokenizer_config.json` asks for and that is not done. */
export function tokenizerNotes({ path, tokenizerConfig }: ModelFolder): string[] {
  if (typeof tokenizerConfig !== 'object' || tokenizerConfig === null) return [];
  const file = join(path, 'tokenizer_config.json');
  const fields = Object.entries(tokenizerConfig).filter(
    ([name, value]) => !SAID_ELSEWHERE.has(name) && value !== null && value !== false,
  );
  return fields.map(([name]) => {
    if (name === 'chat_template')
      return `${file}: the chat_template is not used; dialogues are written as the model's family has them.`;
    if (name === 'clean_up_tokenization_spaces')
      return `${file}: clean_up_tokenization_spaces is not done; answers keep their spaces before punctuation.`;
    return `${file}: ${name} is not known to this project, and not honoured.`;
  });
}

/** Padding to the longest text of a batch is what is done. */
const usualPadding = z.looseObject({ strategy: z.literal('BatchLongest') });

/** A sentence for each thing that a `tokenizer.json` asks of texts as a whole and that is not done to prompts. */
export function tokenizerFileNotes(json: unknown, path: string): string[] {
  const file = z.object({ truncation: z.unknown().optional(), padding: z.unknown().optional() });
  const { truncation, padding } = file.safeParse(json).data ?? {};
  const notes: string[] = [];
  if ((truncation ?? null) !== null)
    notes.push(`${path}: its truncation is not done; a prompt longer than the model's context is refused.`);
  if ((padding ?? null) !== null && !usualPadding.safeParse(padding).success)
    notes.push(`${path}: its padding is not done; prompts are padded to the longest of their batch.`);
  return notes;
}

/** A sentence where a tokenizer puts tokens after every text, which would end a prompt before it is answered. */
export function afterTextNotes({ afterText }: Pick<TokenizerFile, 'afterText'>, path: string): string[] {
  if (afterText.length === 0) return [];
  const tokens = afterText.map((token) => `'${token}'`).join(' ');
  return [
    `${path}: it puts ${tokens} after every text, which is not done; an answer goes on where its prompt ends.`,
  ];
}

const adds = z.object({ add_bos_token: z.boolean().nullish(), add_eos_token: z.boolean().nullish() });

/**
 * A sentence for each token that a folder's `tokenizer_config.json` says is put around texts, or is not, and the
 * `tokenizer.json` otherwise: transformers 5 believes the latter, releases 4 the former in the classes of LLaMA, Gemma,
 * Cohere and GPT-NeoX.
 */
export function addedTokenNotes(
  { path: folder, tokenizerConfig }: ModelFolder,
  { beginning, afterText }: Pick<TokenizerFile, 'beginning' | 'afterText'>,
  path: string,
): string[] {
  const { add_bos_token, add_eos_token } = adds.safeParse(tokenizerConfig).data ?? {};
  const file = join(folder, 'tokenizer_config.json');
  const notes: string[] = [];
  if (add_bos_token === false && beginning !== undefined)
    notes.push(
      `${file}: add_bos_token is false, but ${path} puts '${beginning}' before every text, which counts.`,
    );
  if (add_bos_token === true && beginning === undefined)
    notes.push(`${file}: add_bos_token is true, but ${path} puts nothing before a text, which counts.`);
  if (add_eos_token === true && afterText.length === 0)
    notes.push(`${file}: add_eos_token is not done; an answer goes on where its prompt ends.`);
  return notes;
}
