import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { gptBigcodeFromConfig } from './config.ts';
import { gptBigcode } from './gpt-bigcode.ts';

export const languageFamily: LanguageFamily = {
  name: 'GPT-BigCode',
  models: {
    gpt_bigcode: fromOptions(gptBigcodeFromConfig, (options) => gptBigcode(options)),
  },
  weightNames: /^(transformer\.)?h\.\d+\.attn\.c_attn\.|^lang_encoder\.transformer\.h\.\d+\./,
};
