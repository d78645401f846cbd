import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { gpt2FromConfig } from './config.ts';
import { gpt2 } from './gpt2.ts';

export const languageFamily: LanguageFamily = {
  name: 'GPT-2',
  models: {
    gpt2: fromOptions(gpt2FromConfig, (options) => gpt2(options)),
  },
  weightNames: /^(transformer\.)?h\.\d+\.attn\.c_attn\.|^lang_encoder\.transformer\.h\.\d+\./,
};
