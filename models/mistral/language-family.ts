import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { mistralFromConfig } from './config.ts';
import { mistral } from './mistral.ts';

export const languageFamily: LanguageFamily = {
  name: 'Mistral',
  models: {
    mistral: (config, { vocabulary }, notes) =>
      mistral({ ...mistralFromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
