import type { LanguageFamily } from '../configs/language-family.ts';
import { optFromConfig } from './config.ts';
import { opt } from './opt.ts';

export const languageFamily: LanguageFamily = {
  name: 'OPT',
  models: {
    opt: (config, { cast: _, ...changes }, notes) => opt({ ...optFromConfig(config, notes), ...changes }),
  },
  weightNames: /^(lang_encoder\.)?(model\.)?decoder\.(layers\.\d+|embed_tokens)\./,
};
