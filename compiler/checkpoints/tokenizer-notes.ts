import { join } from 'node:path';
import { z } from 'zod';
import type { ModelFolder } from './model-folder.ts';

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
