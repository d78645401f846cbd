import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { exaone4FromConfig } from './config.ts';
import { exaone4 } from './exaone4.ts';

export const languageFamily: LanguageFamily = {
  name: 'EXAONE 4',
  models: { exaone4: fromOptions(exaone4FromConfig, (options) => exaone4(options)) },
  weightNames: ROTARY_DECODER_NAMES,
};
