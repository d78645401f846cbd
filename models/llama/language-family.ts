import type { LanguageFamily } from '../configs/language-family.ts';
import { rotaryTables, TABLES } from '../configs/rotary-tables.ts';
import { llamaFromConfig } from './config.ts';
import { llama } from './llama.ts';

export const languageFamily: LanguageFamily = {
  name: 'LLaMA',
  models: {
    llama: (config, { cast, ...changes }, notes) =>
      llama({
        ...{ ...llamaFromConfig(config, notes), ...changes },
        ...rotaryTables(config, cast, TABLES.llama, notes),
      }),
  },
  weightNames: /^(lang_encoder\.)?model\.(layers\.\d+|embed_tokens)\./,
};
