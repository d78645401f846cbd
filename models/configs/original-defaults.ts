import { readFileSync } from 'node:fs';
import { z } from 'zod';

const schema = z.record(z.string(), z.record(z.string(), z.array(z.unknown())));

/**
 * `original-defaults.json`: the fields of each class of the originals (transformers 4.28 to 5.24, llm-foundry
 * 0.1 to 0.22, open_clip 2.16 to 3.3),
 * each with the values that its default has or had, the newest first. `tests/references/configs.py` writes it.
 */
const tables = schema.parse(
  JSON.parse(readFileSync(new URL('original-defaults.json', import.meta.url), 'utf8')),
);

/** A class of an original, as the table names it: by `model_type`, by the part of a config, or by what it prepares. */
export type OriginalName =
  | 'clip'
  | 'clip_image_processor'
  | 'clip_vision_model'
  | 'generation'
  | 'gpt2'
  | 'gpt_neox'
  | 'idefics'
  | 'idefics/perceiver_config'
  | 'idefics/vision_config'
  | 'idefics_image_processor'
  | 'llama'
  | 'llm-foundry/attn_config'
  | 'llm-foundry/mpt'
  | 'mosaic_gpt'
  | 'mpt'
  | 'mpt/attn_config'
  | 'open_clip'
  | 'open_clip/preprocess_cfg'
  | 'open_clip/vision_cfg'
  | 'opt';

/**
 * The values that a field's default has or had, the newest first; empty for a field that the class does not have. What a
 * config's class inherits is in the table once, under `every`.
 */
export function defaultsOf(original: OriginalName, field: string): readonly unknown[] {
  const isConfig = !/^generation$|^open_clip|image_processor$/.test(original);
  const table = [original, ...(isConfig ? ['every'] : [])].map((name) => tables[name] ?? {});
  return table.find((fields) => Object.hasOwn(fields, field))?.[field] ?? [];
}
