import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { gemmaFromConfig } from './config.ts';
import { gemma } from './gemma.ts';

export const languageFamily: LanguageFamily = {
  name: 'Gemma',
  models: {
    gemma: (config, { vocabulary }, notes) =>
      gemma({ ...gemmaFromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
