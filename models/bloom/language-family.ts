import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { FUSED_ATTENTION_NAMES } from '../shared/fused-attention-names.ts';
import { bloom } from './bloom.ts';
import { bloomFromConfig } from './config.ts';

export const languageFamily: LanguageFamily = {
  name: 'BLOOM',
  models: {
    bloom: fromOptions(bloomFromConfig, (options) => bloom(options)),
  },
  weightNames: FUSED_ATTENTION_NAMES,
};
