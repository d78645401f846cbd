import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { qwen2FromConfig } from './config.ts';
import { qwen2 } from './qwen2.ts';

export const languageFamily: LanguageFamily = {
  name: 'Qwen2',
  models: {
    qwen2: (config, { vocabulary }, notes) =>
      qwen2({ ...qwen2FromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
