// Written by `npm run registries`; add a file to the folder rather than edit this one.
import { languageFamily as gptNeox } from '../gpt-neox/language-family.ts';
import { languageFamily as gpt2 } from '../gpt2/language-family.ts';
import { languageFamily as llama } from '../llama/language-family.ts';
import { languageFamily as mpt } from '../mpt/language-family.ts';
import { languageFamily as opt } from '../opt/language-family.ts';
import type { LanguageFamily } from './language-family.ts';

/** Every family of language models. */
export const LANGUAGE_FAMILIES: readonly LanguageFamily[] = [
  gptNeox,
  gpt2,
  llama,
  mpt,
  opt,
];
