import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { gptjFromConfig } from './config.ts';
import { gptj } from './gptj.ts';

export const languageFamily: LanguageFamily = {
  name: 'GPT-J',
  models: {
    gptj: fromOptions(gptjFromConfig, (options) => gptj(options)),
  },
  weightNames: /^(transformer\.)?h\.\d+\.attn\.[qkv]_proj\.|^lang_encoder\.transformer\.h\.\d+\./,
};
