import type { LanguageFamily } from '../configs/language-family.ts';
import { gptjFromConfig } from './config.ts';
import { gptj } from './gptj.ts';

export const languageFamily: LanguageFamily = {
  name: 'GPT-J',
  models: {
    gptj: (config, { cast: _, ...changes }, notes) => gptj({ ...gptjFromConfig(config, notes), ...changes }),
  },
  weightNames: /^(transformer\.)?h\.\d+\.attn\.[qkv]_proj\.|^lang_encoder\.transformer\.h\.\d+\./,
};
