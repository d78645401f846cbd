import { z } from 'zod';
import { ModelError } from '../../dsl/index.ts';
import { LIMITS } from '../../dsl/limits.ts';
import type { WindowOptions } from '../rotary-decoder/windows.ts';
import { sizes } from './config-fields.ts';

const LAYER_TYPES = z.enum(['full_attention', 'sliding_attention']);

/** The fields of a config that say which layers see a window of the tokens before, and how long it is. */
export const windowFields = {
  sliding_window: sizes.positions.nullish(),
  /** Of every layer; left out by older releases, which have a rule in its place. */
  layer_types: z.array(LAYER_TYPES).max(LIMITS.modelLayers.most).nullish(),
};

/** {@link windowFields}, read. */
export interface WindowConfig {
  readonly num_hidden_layers: number;
  readonly sliding_window?: number | null | undefined;
  readonly layer_types?: readonly z.output<typeof LAYER_TYPES>[] | null | undefined;
}

/**
 * The windows of a decoder's layers.
 *
 * @param slides whether a layer has one where `layer_types` does not say
 * @throws ModelError where `layer_types` is not of every layer, or has windows of which there is no length
 */
export function windowsOf(
  model: string,
  { num_hidden_layers: layers, sliding_window: window, layer_types: types }: WindowConfig,
  slides: (layer: number) => boolean,
): WindowOptions {
  if (types && types.length !== layers)
    throw new ModelError(
      `The config of this ${model} model contradicts itself: layer_types has ${types.length} entries for ${layers} layers (num_hidden_layers).`,
    );
  const indices = Array.from({ length: layers }, (_, layer) => layer);
  const sliding = indices.filter((layer) => (types ? types[layer] === 'sliding_attention' : slides(layer)));
  if (sliding.length === 0) return {};
  if (!window) {
    if (!types) return {};
    throw new ModelError(
      `The config of this ${model} model contradicts itself: layer_types has sliding_attention, but there is no sliding_window.`,
    );
  }
  const fullLayers = indices.filter((layer) => !sliding.includes(layer));
  return { window, fullLayers };
}

/** The window of a decoder whose layers all have it: none where the config has no length. */
export function windowOfEveryLayer(model: string, given: WindowConfig): Pick<WindowOptions, 'window'> {
  const { window } = windowsOf(model, given, () => true);
  return window === undefined ? {} : { window };
}
