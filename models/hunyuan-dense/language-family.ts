import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { hunyuanDenseFromConfig } from './config.ts';
import { hunyuanDense } from './hunyuan-dense.ts';

export const languageFamily: LanguageFamily = {
  name: 'Hunyuan',
  models: { hunyuan_v1_dense: fromOptions(hunyuanDenseFromConfig, (options) => hunyuanDense(options)) },
  classNames: ['HunYuanDenseV1'],
  weightNames: ROTARY_DECODER_NAMES,
};
