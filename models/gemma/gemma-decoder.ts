import type { RotaryDecoderDefinition } from '../rotary-decoder/rotary-decoder.ts';
import type { RotaryDecoderOptions } from '../rotary-decoder/rotary-decoder-options.ts';

export interface GemmaDecoderOptions extends RotaryDecoderOptions {
  /** Biases of the attention's projections; default false. */
  readonly attentionBias?: boolean;
}

/**
 * What the Gemmas have in common: embeddings as large as the width asks for, norms whose weights count from 1, a gate of
 * GELU (its tanh approximation), and a head that is the embeddings.
 */
export function gemmaDecoder({ dim, attentionBias = false }: GemmaDecoderOptions) {
  return {
    tiedHead: true,
    norm: { weightOffset: 1 },
    attention: { inputBias: attentionBias, outputBias: attentionBias },
    feedForward: { activation: 'gelu-tanh' },
    embeddingScale: Math.sqrt(dim),
  } as const satisfies Partial<RotaryDecoderDefinition>;
}
