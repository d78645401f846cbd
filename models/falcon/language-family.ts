import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { FUSED_ATTENTION_NAMES } from '../shared/fused-attention-names.ts';
import { falconFromConfig, refinedWebFromConfig } from './config.ts';
import { falcon } from './falcon.ts';

const by = (read: typeof falconFromConfig) => fromOptions(read, (options) => falcon(options));

export const languageFamily: LanguageFamily = {
  name: 'Falcon',
  models: {
    falcon: by(falconFromConfig),
    RefinedWeb: by(refinedWebFromConfig),
    RefinedWebModel: by(refinedWebFromConfig),
  },
  classNames: ['RW'],
  weightNames: FUSED_ATTENTION_NAMES,
};
