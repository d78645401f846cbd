import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { gemma3FromConfig } from './config.ts';
import { gemma3 } from './gemma3.ts';

export const languageFamily: LanguageFamily = {
  name: 'Gemma 3',
  models: {
    gemma3_text: (config, { vocabulary }, notes) =>
      gemma3({ ...gemma3FromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
