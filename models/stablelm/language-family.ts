import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { stablelmFromConfig } from './config.ts';
import { stablelm } from './stablelm.ts';

export const languageFamily: LanguageFamily = {
  name: 'StableLM',
  models: {
    stablelm: (config, { vocabulary }, notes) =>
      stablelm({ ...stablelmFromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
