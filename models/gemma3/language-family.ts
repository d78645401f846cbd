import { fromOptions } from '../configs/from-options.ts';
import type { LanguageFamily } from '../configs/language-family.ts';
import { ROTARY_DECODER_NAMES } from '../rotary-decoder/weight-names.ts';
import { gemma3FromConfig, gemma3TextFromConfig } from './config.ts';
import { gemma3 } from './gemma3.ts';

const because = 'they are of the encoder of pictures, not of the language model';

export const languageFamily: LanguageFamily = {
  name: 'Gemma 3',
  models: {
    gemma3_text: fromOptions(gemma3FromConfig, (options) => gemma3(options)),
    gemma3: fromOptions(gemma3TextFromConfig, (options) => {
      const language = gemma3(options);
      const parts = ['vision_tower.*', 'multi_modal_projector.*'];
      const unused = parts
        .flatMap((part) => [part, `model.${part}`])
        .map((each) => ({ unused: each, because }));
      return { ...language, checkpointNames: [...language.checkpointNames, ...unused] };
    }),
  },
  weightNames: ROTARY_DECODER_NAMES,
};
