import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { gemma2FromConfig } from './config.ts';
import { gemma2 } from './gemma2.ts';

export const languageFamily: LanguageFamily = {
  name: 'Gemma 2',
  models: {
    gemma2: (config, { vocabulary }, notes) =>
      gemma2({ ...gemma2FromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
