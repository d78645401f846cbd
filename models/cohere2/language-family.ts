import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { cohere2 } from './cohere2.ts';
import { cohere2FromConfig } from './config.ts';

export const languageFamily: LanguageFamily = {
  name: 'Cohere 2',
  models: {
    cohere2: (config, { vocabulary }, notes) =>
      cohere2({ ...cohere2FromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
