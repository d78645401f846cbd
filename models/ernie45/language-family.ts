import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { ernie45FromConfig } from './config.ts';
import { ernie45 } from './ernie45.ts';

export const languageFamily: LanguageFamily = {
  name: 'ERNIE 4.5',
  models: { ernie4_5: fromOptions(ernie45FromConfig, (options) => ernie45(options)) },
  weightNames: ROTARY_DECODER_NAMES,
};
