import { z } from 'zod';
import { only } from '../configs/config-fields.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { LlamaOptions } from './llama.ts';

const MODEL = 'LLaMA';

const readConfig = originalConfig({
  model: MODEL,
  original: 'llama',
  read: {
    ...rmsDecoderFields,
    attention_bias: z.boolean(),
    mlp_bias: z.boolean(),
    // Nanotron's: whether the features that turn together lie side by side in the weights.
    rope_interleaved: only(false),
  },
  // `pretraining_tp`: how the matrix products were sliced in training, the same product. `max_sequence_length`: of the
  // first converted LLaMAs. `is_llama_config`: nanotron's.
  inert: 'pretraining_tp attention_dropout max_sequence_length is_llama_config',
});

/** The options of Hugging Face's `LlamaConfig`, which SmolLM and others are of too. */
export function llamaFromConfig(config: unknown, notes?: string[]): LlamaOptions {
  const given = readConfig(config, notes);
  return {
    ...rmsDecoderOptions(MODEL, given, config, notes),
    attentionBias: given.attention_bias,
    feedForwardBias: given.mlp_bias,
  };
}
