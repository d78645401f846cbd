import { z } from 'zod';
import { ModelError } from '../../dsl/index.ts';
import { windowFields, windowsOf } from '../configs/layer-windows.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import { shownJson } from '../configs/same-json.ts';
import type { Exaone4Options } from './exaone4.ts';

const MODEL = 'EXAONE 4';

const readConfig = originalConfig({
  model: MODEL,
  original: 'exaone4',
  read: {
    ...rmsDecoderFields,
    ...windowFields,
    /** Where `layer_types` is left out, every so many layers one sees all. The published file has a text, beside `layer_types`. */
    sliding_window_pattern: z.union([z.int().min(0), z.string().max(1000)]).nullish(),
  },
  inert: 'attention_dropout',
});

/** The options of Hugging Face's `Exaone4Config`. */
export function exaone4FromConfig(config: unknown, notes?: string[]): Exaone4Options {
  const given = readConfig(config, notes);
  const slides = slidesIn(given);
  const layers = Array.from({ length: given.num_hidden_layers }, (_, layer) => layer);
  // Where the config has the length of a window, nothing turns in layers without one, though no layer has one.
  const isHybrid = typeof given.sliding_window === 'number';
  return {
    ...rmsDecoderOptions(MODEL, given, config, notes),
    ...windowsOf(MODEL, given, slides),
    unrotatedLayers: layers.filter((layer) => isHybrid && !slides(layer)),
  };
}

/** Which layers have a window. */
function slidesIn({
  layer_types: types,
  sliding_window: window,
  sliding_window_pattern: pattern,
}: ReturnType<typeof readConfig>): (layer: number) => boolean {
  if (types) return (layer) => types[layer] === 'sliding_attention';
  if (typeof window !== 'number') return () => false;
  if (typeof pattern === 'number' && pattern > 0) return (layer) => (layer + 1) % pattern !== 0;
  throw new ModelError(
    `The config of this ${MODEL} model has a sliding_window, but neither layer_types nor a sliding_window_pattern from 1 on that says which layers have it (it is ${shownJson(pattern)}); add layer_types.`,
  );
}
