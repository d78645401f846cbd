import { z } from 'zod';
import { ModelError } from '../../dsl/index.ts';
import { LIMITS } from '../../dsl/limits.ts';
import { sizes } from '../configs/config-fields.ts';
import { windowFields, windowsOf } from '../configs/layer-windows.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { Smollm3Options } from './smollm3.ts';

const MODEL = 'SmolLM3';

const readConfig = originalConfig({
  model: MODEL,
  original: 'smollm3',
  read: {
    ...rmsDecoderFields,
    ...windowFields,
    use_sliding_window: z.boolean(),
    /** Of every layer, in spite of its name whether heads turn. */
    no_rope_layers: z
      .array(z.union([z.literal(0), z.literal(1)]))
      .max(LIMITS.modelLayers.most)
      .nullish(),
    /** Where it is left out, every so many layers one does not turn. */
    no_rope_layer_interval: sizes.layers,
    attention_bias: z.boolean(),
    mlp_bias: z.boolean(),
  },
  // The last two: of SmolLM3's file, which the class does not look at.
  inert: 'attention_dropout pretraining_tp max_window_layers',
});

/** The options of Hugging Face's `SmolLM3Config`. */
export function smollm3FromConfig(config: unknown, notes?: string[]): Smollm3Options {
  const given = readConfig(config, notes);
  const { no_rope_layers: turning, no_rope_layer_interval: interval, num_hidden_layers: layers } = given;
  if (turning && turning.length < layers)
    throw new ModelError(
      `The config of this ${MODEL} model contradicts itself: no_rope_layers has ${turning.length} entries for ${layers} layers (num_hidden_layers).`,
    );
  const turns = (layer: number) => (turning ? turning[layer] === 1 : (layer + 1) % interval !== 0);
  const windows = windowsOf(MODEL, given, (layer) => given.use_sliding_window && !turns(layer));
  if (windows.window !== undefined && !given.use_sliding_window)
    throw new ModelError(
      `The config of this ${MODEL} model contradicts itself: layer_types has sliding_attention, but use_sliding_window is false.`,
    );
  return {
    ...rmsDecoderOptions(MODEL, given, config, notes),
    ...windows,
    unrotatedLayers: Array.from({ length: layers }, (_, layer) => layer).filter((layer) => !turns(layer)),
    attentionBias: given.attention_bias,
    feedForwardBias: given.mlp_bias,
  };
}
