import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { glm4FromConfig } from './config.ts';
import { glm4 } from './glm4.ts';

export const languageFamily: LanguageFamily = {
  name: 'GLM-4 0414',
  models: { glm4: fromOptions(glm4FromConfig, (options) => glm4(options)) },
  weightNames: ROTARY_DECODER_NAMES,
};
