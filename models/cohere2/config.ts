import { z } from 'zod';
import { only, positive, sizes } from '../configs/config-fields.ts';
import { windowFields, windowsOf } from '../configs/layer-windows.ts';
import { oneMeaning } from '../configs/one-meaning.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rotaryDecoderFields, rotaryDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { Cohere2Options } from './cohere2.ts';

const MODEL = 'Cohere 2';

const readConfig = originalConfig({
  model: MODEL,
  original: 'cohere2',
  read: {
    ...rotaryDecoderFields,
    ...windowFields,
    layer_norm_eps: positive,
    attention_bias: z.boolean(),
    logit_scale: positive,
    /** Where `layer_types` is left out, every so many layers one sees all; newer releases keep it under the second name. */
    sliding_window_pattern: sizes.layers.nullish(),
    _sliding_window_pattern: sizes.layers.nullish(),
    // Of the published files, which the class does not look at.
    layer_switch: sizes.layers.nullish(),
    order_of_interleaved_layers: only('local_attn_first'),
    position_embedding_type: only('rope_gptj'),
    rotary_pct: only(1),
    use_embedding_sharing: only(true),
    use_gated_activation: only(true),
    use_parallel_block: only(true),
    use_parallel_embedding: only(false),
    use_qk_norm: only(false),
  },
  inert: 'attention_dropout cache_implementation',
});

/** Which layers slide where `layer_types` does not say, of which the pattern's names are not believed where it does. */
function slidesIn(given: ReturnType<typeof readConfig>): (layer: number) => boolean {
  if (given.layer_types) return () => false;
  const { sliding_window_pattern, _sliding_window_pattern, layer_switch } = given;
  const pattern = oneMeaning(MODEL, { sliding_window_pattern, _sliding_window_pattern, layer_switch }) ?? 4;
  return (layer) => (layer + 1) % pattern !== 0;
}

/** The options of Hugging Face's `Cohere2Config`: Command R7B, Command A, Aya. */
export function cohere2FromConfig(config: unknown, notes?: string[]): Cohere2Options {
  const given = readConfig(config, notes);
  // The class computes the width of a head, whatever is written.
  oneMeaning(MODEL, {
    'hidden_size / num_attention_heads': given.hidden_size / given.num_attention_heads,
    head_dim: given.head_dim,
  });
  return {
    ...rotaryDecoderOptions(MODEL, given, config, notes),
    ...windowsOf(MODEL, given, slidesIn(given)),
    epsilon: given.layer_norm_eps,
    attentionBias: given.attention_bias,
    logitScale: given.logit_scale,
  };
}
