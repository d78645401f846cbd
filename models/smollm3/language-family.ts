import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { smollm3FromConfig } from './config.ts';
import { smollm3 } from './smollm3.ts';

export const languageFamily: LanguageFamily = {
  name: 'SmolLM3',
  models: {
    smollm3: (config, { vocabulary }, notes) =>
      smollm3({ ...smollm3FromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
