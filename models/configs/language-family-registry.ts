// Written by `npm run registries`; add a file to the folder rather than edit this one.
import { languageFamily as arcee } from '../arcee/language-family.ts';
import { languageFamily as bloom } from '../bloom/language-family.ts';
import { languageFamily as cohere } from '../cohere/language-family.ts';
import { languageFamily as cohere2 } from '../cohere2/language-family.ts';
import { languageFamily as ernie45 } from '../ernie45/language-family.ts';
import { languageFamily as exaone4 } from '../exaone4/language-family.ts';
import { languageFamily as falcon } from '../falcon/language-family.ts';
import { languageFamily as gemma } from '../gemma/language-family.ts';
import { languageFamily as gemma2 } from '../gemma2/language-family.ts';
import { languageFamily as gemma3 } from '../gemma3/language-family.ts';
import { languageFamily as glm } from '../glm/language-family.ts';
import { languageFamily as glm4 } from '../glm4/language-family.ts';
import { languageFamily as gptBigcode } from '../gpt-bigcode/language-family.ts';
import { languageFamily as gptNeox } from '../gpt-neox/language-family.ts';
import { languageFamily as gpt2 } from '../gpt2/language-family.ts';
import { languageFamily as gptj } from '../gptj/language-family.ts';
import { languageFamily as granite } from '../granite/language-family.ts';
import { languageFamily as helium } from '../helium/language-family.ts';
import { languageFamily as hunyuanDense } from '../hunyuan-dense/language-family.ts';
import { languageFamily as llama } from '../llama/language-family.ts';
import { languageFamily as ministral } from '../ministral/language-family.ts';
import { languageFamily as mistral } from '../mistral/language-family.ts';
import { languageFamily as mpt } from '../mpt/language-family.ts';
import { languageFamily as nemotron } from '../nemotron/language-family.ts';
import { languageFamily as olmo } from '../olmo/language-family.ts';
import { languageFamily as olmo2 } from '../olmo2/language-family.ts';
import { languageFamily as olmo3 } from '../olmo3/language-family.ts';
import { languageFamily as opt } from '../opt/language-family.ts';
import { languageFamily as phi } from '../phi/language-family.ts';
import { languageFamily as phi3 } from '../phi3/language-family.ts';
import { languageFamily as qwen2 } from '../qwen2/language-family.ts';
import { languageFamily as qwen3 } from '../qwen3/language-family.ts';
import { languageFamily as seedOss } from '../seed-oss/language-family.ts';
import { languageFamily as smollm3 } from '../smollm3/language-family.ts';
import { languageFamily as stablelm } from '../stablelm/language-family.ts';
import { languageFamily as starcoder2 } from '../starcoder2/language-family.ts';
import type { LanguageFamily } from './language-family.ts';

/** Every family of language models. */
export const LANGUAGE_FAMILIES: readonly LanguageFamily[] = [
  arcee,
  bloom,
  cohere,
  cohere2,
  ernie45,
  exaone4,
  falcon,
  gemma,
  gemma2,
  gemma3,
  glm,
  glm4,
  gptBigcode,
  gptNeox,
  gpt2,
  gptj,
  granite,
  helium,
  hunyuanDense,
  llama,
  ministral,
  mistral,
  mpt,
  nemotron,
  olmo,
  olmo2,
  olmo3,
  opt,
  phi,
  phi3,
  qwen2,
  qwen3,
  seedOss,
  smollm3,
  stablelm,
  starcoder2,
];
