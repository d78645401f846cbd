import type { LanguageFamily } from './language-family.ts';
import { LANGUAGE_FAMILIES } from './language-family-registry.ts';

/** The families whose weights have such names, which is one or several that are named alike, and one of the names. */
export interface RecognisedFamilies {
  readonly families: readonly LanguageFamily[];
  readonly example: string;
  /** Whose they are: `GPT-NeoX`, `one of LLaMA, Mistral`. */
  readonly whose: string;
}

/** The families whose weights have these names; undefined where none is recognised, or several that have no name in common. */
export function familiesOfWeights(names: readonly string[]): RecognisedFamilies | undefined {
  const families = LANGUAGE_FAMILIES.filter(({ weightNames }) =>
    names.some((name) => weightNames?.test(name)),
  );
  if (families.length === 0) return undefined;
  const example = names.find((name) => families.every(({ weightNames }) => weightNames?.test(name)));
  if (example === undefined) return undefined;
  const said = families.map(({ name }) => name).join(', ');
  return { families, example, whose: families.length === 1 ? said : `one of ${said}` };
}

/**
 * The families whose weights these are where a config's is not among them; undefined for a `model_type` that is none of
 * this project's families, whose weights may have any names.
 */
export function familiesOfOthers(names: readonly string[], type: string): RecognisedFamilies | undefined {
  const has = ({ models }: LanguageFamily) => Object.hasOwn(models, type);
  if (!LANGUAGE_FAMILIES.some(has)) return undefined;
  const found = familiesOfWeights(names);
  return found?.families.some(has) ? undefined : found;
}
