import type { LanguageFamily } from '../configs/language-family.ts';
import { mosaicGptFromConfig, mptFromConfig } from './config.ts';
import { mpt } from './mpt.ts';

export const languageFamily: LanguageFamily = {
  name: 'MPT',
  models: {
    mpt: (config, { cast: _, ...changes }, notes) => mpt({ ...mptFromConfig(config, notes), ...changes }),
    mosaic_gpt: (config, { cast: _, ...changes }, notes) =>
      mpt({ ...mosaicGptFromConfig(config, notes), ...changes }),
  },
  weightNames: /^(lang_encoder\.)?transformer\.blocks\.\d+\./,
};
