import { type CheckedOptions, checkOptions, type Draft, type KnownOptions } from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
} from '../rotary-decoder/rotary-decoder-options.ts';

import { type GemmaDecoderOptions, gemmaDecoder } from './gemma-decoder.ts';

export interface GemmaOptions extends GemmaDecoderOptions {}

const KNOWN: KnownOptions<GemmaOptions> = { ...ROTARY_DECODER, attentionBias: 'true or false' };

/**
 * Gemma's decoder: LLaMA's with scaled embeddings, norms whose weights count from 1, GELU for a gate, a head that is the embeddings
 * unless told otherwise. Gemma Team 2024, arXiv 2403.08295; Hugging Face `GemmaForCausalLM`.
 */
export function gemma<const O extends Draft<GemmaOptions>>(
  options: CheckedOptions<'gemma', GemmaOptions, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function gemma<O extends GemmaOptions>(given: O): DecoderOf<GemmaOptions> {
  const options: GemmaOptions = given;
  checkOptions(gemma, options, headRequirements(options), KNOWN);
  return rotaryDecoder({ ...{ family: 'gemma', options }, ...gemmaDecoder(options) });
}
