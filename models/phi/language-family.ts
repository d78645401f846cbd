import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { phiFromConfig } from './config.ts';
import { phi } from './phi.ts';

export const languageFamily: LanguageFamily = {
  name: 'Phi',
  models: {
    phi: (config, { vocabulary }, notes) =>
      phi({ ...phiFromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
