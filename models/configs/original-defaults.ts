import { ORIGINAL_DEFAULTS } from './original-defaults-table.ts';

/** A class of an original, as the table names it: by `model_type`, by the part of a config, or by what it prepares. */
export type OriginalName =
  | 'bit_image_processor'
  | 'bloom'
  | 'clip'
  | 'clip_image_processor'
  | 'clip_vision_model'
  | 'cohere'
  | 'cohere2'
  | 'dinov2'
  | 'dinov2_with_registers'
  | 'falcon'
  | 'gemma'
  | 'gemma2'
  | 'gemma3_text'
  | 'generation'
  | 'glm'
  | 'gpt2'
  | 'gpt_bigcode'
  | 'gpt_neox'
  | 'gptj'
  | 'granite'
  | 'idefics'
  | 'idefics/perceiver_config'
  | 'idefics/vision_config'
  | 'idefics_image_processor'
  | 'llama'
  | 'llava'
  | 'llm-foundry/attn_config'
  | 'llm-foundry/mpt'
  | 'mistral'
  | 'mosaic_gpt'
  | 'mpt'
  | 'mpt/attn_config'
  | 'olmo'
  | 'olmo2'
  | 'open_clip'
  | 'open_clip/preprocess_cfg'
  | 'open_clip/vision_cfg'
  | 'opt'
  | 'phi'
  | 'phi3'
  | 'qwen2'
  | 'qwen3'
  | 'siglip'
  | 'siglip_image_processor'
  | 'siglip_vision_model'
  | 'smollm3'
  | 'stablelm'
  | 'starcoder2'
  | 'vit'
  | 'vit_image_processor';

/**
 * The values that a field's default has or had, the newest first; empty for a field that the class does not have. What a
 * config's class inherits is in the table once, under `every`.
 */
export function defaultsOf(original: OriginalName, field: string): readonly unknown[] {
  const isConfig = !/^generation$|^open_clip|image_processor$/.test(original);
  const table = [original, ...(isConfig ? ['every'] : [])].map((name) => ORIGINAL_DEFAULTS[name] ?? {});
  return table.find((fields) => Object.hasOwn(fields, field))?.[field] ?? [];
}
