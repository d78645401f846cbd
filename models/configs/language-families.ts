import { ModelError } from '../../dsl/index.ts';
import type { LanguageModel } from '../shared/language-model.ts';
import type { LanguageChanges, LanguageFamily } from './language-family.ts';
import { LANGUAGE_FAMILIES } from './language-family-registry.ts';
import { modelTypes } from './model-types.ts';
import { recordOf } from './original-config.ts';

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
  further: readonly LanguageFamily[] = [],
): LanguageModel {
  const families = modelTypes([...LANGUAGE_FAMILIES, ...further]);
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
  const own = LANGUAGE_FAMILIES.find(({ models }) => Object.hasOwn(models, type));
  const isOfOwn = (name: string) =>
    isOfType(name, type) || own?.classNames?.some((beginning) => name.startsWith(beginning));
  if (own !== undefined && classes.length > 0 && !classes.some(isOfOwn)) {
    throw new ModelError(
      `The config of the language model contradicts itself: model_type is ${quoted(type)}, but its weights are of ${classes.slice(0, 3).map(quoted).join(', ')}; give the config.json that belongs to the weights.`,
    );
  }
  return family(config, changes, notes);
}

/**
 * Whether a class is one of a family's: `GPTNeoXForCausalLM` of `gpt_neox`, `TFGPT2LMHeadModel` of `gpt2`,
 * `Gemma3ForCausalLM` of `gemma3_text`, `Ernie4_5ForCausalLM` of `ernie4_5`.
 */
function isOfType(name: string, type: string): boolean {
  const family = name
    .toLowerCase()
    .replaceAll('_', '')
    .replace(/^(tf|flax)(?=gpt2|opt)/, '');
  return family.startsWith(type.replace(/_text$/, '').replaceAll('_', ''));
}

const quoted = (text: string): string => `'${text.slice(0, 80)}'`;
