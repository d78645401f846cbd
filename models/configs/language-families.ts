import { ModelError } from '../../dsl/index.ts';
import { gptNeoxFromConfig } from '../gpt-neox/config.ts';
import { gptNeox } from '../gpt-neox/gpt-neox.ts';
import { gpt2FromConfig } from '../gpt2/config.ts';
import { gpt2 } from '../gpt2/gpt2.ts';
import { llamaFromConfig } from '../llama/config.ts';
import { llama } from '../llama/llama.ts';
import { mosaicGptFromConfig, mptFromConfig } from '../mpt/config.ts';
import { mpt } from '../mpt/mpt.ts';
import { optFromConfig } from '../opt/config.ts';
import { opt } from '../opt/opt.ts';
import type { LanguageModel } from '../shared/language-model.ts';

/** What a checkpoint may differ in from its config. */
export interface LanguageChanges {
  /** Rows of the token embeddings, where special tokens were added. */
  readonly vocabulary?: number;
}

type FromConfig = (config: unknown, changes: LanguageChanges) => LanguageModel;

/** The language models that this project has, by the `model_type` of the original's `config.json`. */
export const languageFamilies: Readonly<Record<string, FromConfig>> = {
  opt: (config, changes) => opt({ ...optFromConfig(config), ...changes }),
  mpt: (config, changes) => mpt({ ...mptFromConfig(config), ...changes }),
  mosaic_gpt: (config, changes) => mpt({ ...mosaicGptFromConfig(config), ...changes }),
  gpt_neox: (config, changes) => gptNeox({ ...gptNeoxFromConfig(config), ...changes }),
  llama: (config, changes) => llama({ ...llamaFromConfig(config), ...changes }),
  gpt2: (config, changes) => gpt2({ ...gpt2FromConfig(config), ...changes }),
};

/**
 * The language model that a `config.json` describes.
 *
 * @throws ModelError when it is of a family that this project does not have, or asks for what the family does not do
 */
export function languageModelFromConfig(config: unknown, changes: LanguageChanges = {}): LanguageModel {
  const type = typeof config === 'object' && config !== null && 'model_type' in config && config.model_type;
  const family =
    typeof type === 'string' && Object.hasOwn(languageFamilies, type) ? languageFamilies[type] : undefined;
  if (family === undefined) {
    const found = typeof type === 'string' ? `is of model_type '${type}'` : 'has no model_type';
    throw new ModelError(
      `The config of the language model ${found}; known are ${Object.keys(languageFamilies).join(', ')}.`,
    );
  }
  return family(config, changes);
}
