import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { mosaicGptFromConfig, mptFromConfig } from './config.ts';
import { mpt } from './mpt.ts';

export const languageFamily: LanguageFamily = {
  name: 'MPT',
  models: {
    mpt: fromOptions(mptFromConfig, (options) => mpt(options)),
    mosaic_gpt: fromOptions(mosaicGptFromConfig, (options) => mpt(options)),
  },
  weightNames: /^(lang_encoder\.)?transformer\.blocks\.\d+\./,
};
