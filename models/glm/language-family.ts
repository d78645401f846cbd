import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { glmFromConfig } from './config.ts';
import { glm } from './glm.ts';

export const languageFamily: LanguageFamily = {
  name: 'GLM',
  models: {
    glm: (config, { vocabulary }, notes) =>
      glm({ ...glmFromConfig(config, notes), ...(vocabulary && { vocabulary }) }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
