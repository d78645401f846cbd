import type { LanguageFamily } from '../configs/language-family.ts';
import { gpt2FromConfig } from './config.ts';
import { gpt2 } from './gpt2.ts';

export const languageFamily: LanguageFamily = {
  name: 'GPT-2',
  models: {
    gpt2: (config, { cast: _, ...changes }, notes) => gpt2({ ...gpt2FromConfig(config, notes), ...changes }),
  },
  weightNames: /^(transformer\.)?h\.\d+\.attn\.c_attn\.|^lang_encoder\.transformer\.h\.\d+\./,
};
