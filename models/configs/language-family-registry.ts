// Written by `npm run registries`; add a file to the folder rather than edit this one.
import { languageFamily as bloom } from '../bloom/language-family.ts';
import { languageFamily as cohere } from '../cohere/language-family.ts';
import { languageFamily as cohere2 } from '../cohere2/language-family.ts';
import { languageFamily as falcon } from '../falcon/language-family.ts';
import { languageFamily as gemma } from '../gemma/language-family.ts';
import { languageFamily as gemma2 } from '../gemma2/language-family.ts';
import { languageFamily as gemma3 } from '../gemma3/language-family.ts';
import { languageFamily as glm } from '../glm/language-family.ts';
import { languageFamily as gptBigcode } from '../gpt-bigcode/language-family.ts';
import { languageFamily as gptNeox } from '../gpt-neox/language-family.ts';
import { languageFamily as gpt2 } from '../gpt2/language-family.ts';
import { languageFamily as gptj } from '../gptj/language-family.ts';
import { languageFamily as granite } from '../granite/language-family.ts';
import { languageFamily as llama } from '../llama/language-family.ts';
import { languageFamily as mistral } from '../mistral/language-family.ts';
import { languageFamily as mpt } from '../mpt/language-family.ts';
import { languageFamily as olmo } from '../olmo/language-family.ts';
import { languageFamily as olmo2 } from '../olmo2/language-family.ts';
import { languageFamily as opt } from '../opt/language-family.ts';
import { languageFamily as phi } from '../phi/language-family.ts';
import { languageFamily as phi3 } from '../phi3/language-family.ts';
import { languageFamily as qwen2 } from '../qwen2/language-family.ts';
import { languageFamily as qwen3 } from '../qwen3/language-family.ts';
import { languageFamily as smollm3 } from '../smollm3/language-family.ts';
import { languageFamily as stablelm } from '../stablelm/language-family.ts';
import { languageFamily as starcoder2 } from '../starcoder2/language-family.ts';
import type { LanguageFamily } from './language-family.ts';

/** Every family of language models. */
export const LANGUAGE_FAMILIES: readonly LanguageFamily[] = [
  bloom,
  cohere,
  cohere2,
  falcon,
  gemma,
  gemma2,
  gemma3,
  glm,
  gptBigcode,
  gptNeox,
  gpt2,
  gptj,
  granite,
  llama,
  mistral,
  mpt,
  olmo,
  olmo2,
  opt,
  phi,
  phi3,
  qwen2,
  qwen3,
  smollm3,
  stablelm,
  starcoder2,
];
