import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { graniteFromConfig } from './config.ts';
import { granite } from './granite.ts';

export const languageFamily: LanguageFamily = {
  name: 'Granite',
  models: {
    granite: (config, { vocabulary }, notes) =>
      granite({ ...graniteFromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
