import type { LanguageFamily } from '../configs/language-family.ts';
import { rotaryTables, TABLES } from '../configs/rotary-tables.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
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
  weightNames: ROTARY_DECODER_NAMES,
};
