import type { LanguageFamily } from '../configs/language-family.ts';
import { rotaryTables, TABLES } from '../configs/rotary-tables.ts';
import { gptNeoxFromConfig } from './config.ts';
import { gptNeox } from './gpt-neox.ts';

export const languageFamily: LanguageFamily = {
  name: 'GPT-NeoX',
  models: {
    gpt_neox: (config, { cast, ...changes }, notes) =>
      gptNeox({
        ...{ ...gptNeoxFromConfig(config, notes), ...changes },
        ...rotaryTables(config, cast, TABLES.gptNeox, notes),
      }),
  },
  weightNames: /^(lang_encoder\.)?gpt_neox\.(layers\.\d+|embed_in)\./,
};
