import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { optFromConfig } from './config.ts';
import { opt } from './opt.ts';

export const languageFamily: LanguageFamily = {
  name: 'OPT',
  models: {
    opt: fromOptions(optFromConfig, (options) => opt(options)),
  },
  weightNames: /^(lang_encoder\.)?(model\.)?decoder\.(layers\.\d+|embed_tokens)\./,
};
