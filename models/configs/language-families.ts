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
import { recordOf } from './original-config.ts';
import { rotaryTables, TABLES } from './rotary-tables.ts';

/** What a checkpoint may differ in from its config. */
export interface LanguageChanges {
  /** Rows of the token embeddings, where special tokens were added. */
  readonly vocabulary?: number;
  /** The dtype that the model was cast to as a whole before it was saved; left out where it was not. */
  readonly cast?: 'float16';
}

/**
 * Makes a language model from its original's `config.json`.
 *
 * @param notes gets a sentence for each thing that was assumed
 * @throws ModelError for a config that asks for what the family does not do
 */
export type LanguageFamily = (config: unknown, changes: LanguageChanges, notes?: string[]) => LanguageModel;

/** Language models by the `model_type` of the original's `config.json`. */
export type LanguageFamilies = Readonly<Record<string, LanguageFamily>>;

/** The language models that this project has. */
export const languageFamilies: LanguageFamilies = {
  opt: (config, { cast: _, ...changes }, notes) => opt({ ...optFromConfig(config, notes), ...changes }),
  mpt: (config, { cast: _, ...changes }, notes) => mpt({ ...mptFromConfig(config, notes), ...changes }),
  mosaic_gpt: (config, { cast: _, ...changes }, notes) =>
    mpt({ ...mosaicGptFromConfig(config, notes), ...changes }),
  gpt_neox: (config, { cast, ...changes }, notes) =>
    gptNeox({
      ...{ ...gptNeoxFromConfig(config, notes), ...changes },
      ...rotaryTables(config, cast, TABLES.gptNeox, notes),
    }),
  llama: (config, { cast, ...changes }, notes) =>
    llama({
      ...{ ...llamaFromConfig(config, notes), ...changes },
      ...rotaryTables(config, cast, TABLES.llama, notes),
    }),
  gpt2: (config, { cast: _, ...changes }, notes) => gpt2({ ...gpt2FromConfig(config, notes), ...changes }),
};

/**
 * The language model that a `config.json` describes.
 *
 * @param notes gets a sentence for each thing that was assumed
 * @param further families besides this project's, which come first
 * @throws ModelError when it is of a family that is not known, or asks for what the family does not do
 */
export function languageModelFromConfig(
  config: unknown,
  changes: LanguageChanges = {},
  notes?: string[],
  further: LanguageFamilies = {},
): LanguageModel {
  const families = { ...languageFamilies, ...further };
  const { model_type: type, architectures } = recordOf(config) ?? {};
  const family = typeof type === 'string' && Object.hasOwn(families, type) ? families[type] : undefined;
  if (family === undefined || typeof type !== 'string') {
    const found = typeof type === 'string' ? `is of model_type ${quoted(type)}` : 'has no model_type';
    throw new ModelError(
      `The config of the language model ${found}; known are ${Object.keys(families).join(', ')}.`,
    );
  }
  const classes = Array.isArray(architectures)
    ? architectures.filter((name) => typeof name === 'string')
    : [];
  const isOwn = Object.hasOwn(languageFamilies, type);
  if (isOwn && classes.length > 0 && !classes.some((name) => isOfType(name, type))) {
    throw new ModelError(
      `The config of the language model contradicts itself: model_type is ${quoted(type)}, but its weights are of ${classes.slice(0, 3).map(quoted).join(', ')}; give the config.json that belongs to the weights.`,
    );
  }
  return family(config, changes, notes);
}

/** Whether a class is one of a family's: `GPTNeoXForCausalLM` of `gpt_neox`, `TFGPT2LMHeadModel` of `gpt2`. */
function isOfType(name: string, type: string): boolean {
  const family = name.toLowerCase().replace(/^(tf|flax)(?=gpt2|opt)/, '');
  return family.startsWith(type.replaceAll('_', ''));
}

const quoted = (text: string): string => `'${text.slice(0, 80)}'`;
