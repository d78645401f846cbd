import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { olmoFromConfig } from './config.ts';
import { olmo } from './olmo.ts';

export const languageFamily: LanguageFamily = {
  name: 'OLMo',
  models: {
    olmo: (config, { vocabulary }, notes) =>
      olmo({ ...olmoFromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
