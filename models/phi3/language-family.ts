import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { phi3FromConfig } from './config.ts';
import { phi3 } from './phi3.ts';

export const languageFamily: LanguageFamily = {
  name: 'Phi-3',
  models: {
    phi3: (config, { vocabulary }, notes) =>
      phi3({ ...phi3FromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
