import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { starcoder2FromConfig } from './config.ts';
import { starcoder2 } from './starcoder2.ts';

export const languageFamily: LanguageFamily = {
  name: 'StarCoder 2',
  models: {
    starcoder2: (config, { vocabulary }, notes) =>
      starcoder2({ ...starcoder2FromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
