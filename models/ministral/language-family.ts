import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { ministralFromConfig } from './config.ts';
import { ministral } from './ministral.ts';

export const languageFamily: LanguageFamily = {
  name: 'Ministral',
  models: { ministral: fromOptions(ministralFromConfig, (options) => ministral(options)) },
  weightNames: ROTARY_DECODER_NAMES,
};
