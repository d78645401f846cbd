import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { cohere } from './cohere.ts';
import { cohereFromConfig } from './config.ts';

export const languageFamily: LanguageFamily = {
  name: 'Cohere',
  models: {
    cohere: (config, { vocabulary }, notes) =>
      cohere({ ...cohereFromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
