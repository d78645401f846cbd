import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { nemotronFromConfig } from './config.ts';
import { nemotron } from './nemotron.ts';

export const languageFamily: LanguageFamily = {
  name: 'Nemotron',
  models: { nemotron: fromOptions(nemotronFromConfig, (options) => nemotron(options)) },
  weightNames: ROTARY_DECODER_NAMES,
};
