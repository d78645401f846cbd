import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { arcee } from './arcee.ts';
import { arceeFromConfig } from './config.ts';

export const languageFamily: LanguageFamily = {
  name: 'Arcee',
  models: { arcee: fromOptions(arceeFromConfig, (options) => arcee(options)) },
  weightNames: ROTARY_DECODER_NAMES,
};
