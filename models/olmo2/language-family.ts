import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { olmo2FromConfig } from './config.ts';
import { olmo2 } from './olmo2.ts';

export const languageFamily: LanguageFamily = {
  name: 'OLMo 2',
  models: {
    olmo2: (config, { vocabulary }, notes) =>
      olmo2({ ...olmo2FromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
