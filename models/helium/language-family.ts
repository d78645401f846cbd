import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { heliumFromConfig } from './config.ts';
import { helium } from './helium.ts';

export const languageFamily: LanguageFamily = {
  name: 'Helium',
  models: { helium: fromOptions(heliumFromConfig, (options) => helium(options)) },
  weightNames: ROTARY_DECODER_NAMES,
};
