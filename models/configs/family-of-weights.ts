import type { LanguageFamily } from './language-family.ts';
import { LANGUAGE_FAMILIES } from './language-family-registry.ts';

/** A family, and one of the names that tell it. */
export interface RecognisedFamily {
  readonly family: LanguageFamily;
  readonly example: string;
}

/**
 * The family whose weights have these names, and one of them to show; undefined where none is recognised, or several
 * are.
 */
export function familyOfWeights(names: readonly string[]): RecognisedFamily | undefined {
  const found = LANGUAGE_FAMILIES.flatMap((family) => {
    const example = names.find((name) => family.weightNames?.test(name));
    return example === undefined ? [] : [{ family, example }];
  });
  return found.length === 1 ? found[0] : undefined;
}

/**
 * The family whose weights these are where it is another one than a config's; undefined for a `model_type` that is none
 * of this project's families, whose weights may have any names.
 */
export function familyOfOthers(names: readonly string[], type: string): RecognisedFamily | undefined {
  if (!LANGUAGE_FAMILIES.some(({ models }) => Object.hasOwn(models, type))) return undefined;
  const found = familyOfWeights(names);
  return found !== undefined && Object.hasOwn(found.family.models, type) ? undefined : found;
}
