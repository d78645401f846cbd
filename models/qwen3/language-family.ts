import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { qwen3FromConfig } from './config.ts';
import { qwen3 } from './qwen3.ts';

export const languageFamily: LanguageFamily = {
  name: 'Qwen3',
  models: {
    qwen3: (config, { vocabulary }, notes) =>
      qwen3({ ...qwen3FromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
