import type { LanguageFamily } from '../configs/language-family.ts';
import { FUSED_ATTENTION_NAMES } from '../shared/fused-attention-names.ts';
import { bloom } from './bloom.ts';
import { bloomFromConfig } from './config.ts';

export const languageFamily: LanguageFamily = {
  name: 'BLOOM',
  models: {
    bloom: (config, { cast: _, ...changes }, notes) =>
      bloom({ ...bloomFromConfig(config, notes), ...changes }),
  },
  weightNames: FUSED_ATTENTION_NAMES,
};
