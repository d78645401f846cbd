import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { seedOssFromConfig } from './config.ts';
import { seedOss } from './seed-oss.ts';

export const languageFamily: LanguageFamily = {
  name: 'Seed-OSS',
  models: { seed_oss: fromOptions(seedOssFromConfig, (options) => seedOss(options)) },
  weightNames: ROTARY_DECODER_NAMES,
};
