import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { olmo3FromConfig } from './config.ts';
import { olmo3 } from './olmo3.ts';

export const languageFamily: LanguageFamily = {
  name: 'OLMo 3',
  models: { olmo3: fromOptions(olmo3FromConfig, (options) => olmo3(options)) },
  weightNames: ROTARY_DECODER_NAMES,
};
