import type { SafetensorsFile } from '../../artifact/weights/safetensors.ts';
import type { VisionLanguageProgram } from '../../dsl/program/program.ts';
import { clipVit } from '../../models/clip/clip-vit.ts';
import { clipVitFromConfig } from '../../models/clip/config.ts';
import { languageModelFromConfig } from '../../models/configs/language-families.ts';
import { flamingo } from '../../models/flamingo/flamingo.ts';
import type { FlamingoOptions } from '../../models/flamingo/flamingo-options.ts';
import { sectionOf, sizesOf } from './reference.ts';

/** OpenFlamingo's model on each language model: in two arrangements on OPT, in its released layouts, and on LLaMA. */
export const OPEN_FLAMINGO_REFERENCES = [
  'open-flamingo',
  'open-flamingo-every-2',
  'open-flamingo-3b',
  'open-flamingo-4b',
  'open-flamingo-9b',
  'open-flamingo-llama',
];

/** The model that OpenFlamingo joined for the reference, in this project's words. */
export function openFlamingoProgram(
  file: SafetensorsFile,
  tokens: FlamingoOptions['tokens'] = {},
): VisionLanguageProgram {
  const size = sizesOf(file);
  return flamingo({
    name: 'open-flamingo-reference',
    convention: 'open-flamingo',
    tokens,
    vision: clipVit(clipVitFromConfig(sectionOf(file, 'vision'))),
    language: languageModelFromConfig(sectionOf(file, 'language'), { vocabulary: size('vocab_size') }),
    resampler: { depth: sizesOf(file, 'resampler')('depth') },
    crossAttention: { every: size('cross_attn_every_n_layers') },
  });
}
