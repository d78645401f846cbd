import type { Caller } from '../../dsl/call-site.ts';
import { atCallSite, type KnownOptions, ModelError } from '../../dsl/index.ts';
import type { LayerKind } from './rotary-decoder.ts';

/** The options of a family some of whose layers see a window of the tokens before. */
export interface WindowOptions {
  /** How many tokens each sees, itself among them. */
  readonly window?: number;
  /** The layers in which it sees all before it, by their indices from 0. */
  readonly fullLayers?: readonly number[];
}

/** What they may be: a part of a family's table of options. */
export const WINDOWS: KnownOptions<WindowOptions> = {
  window: 'a whole number from 1 on',
  fullLayers: 'a list of whole numbers from 0 on',
};

/** The indices of every n-th of so many layers: of 6, every second are 1, 3 and 5. */
export function everyLayer(n: number, layers: number): readonly number[] {
  return Array.from({ length: Math.trunc(layers / n) }, (_, index) => (index + 1) * n - 1);
}

/**
 * The window of each layer.
 *
 * @param maker the function that the author calls, whose line is reported
 * @throws ModelError for a full layer that the model has not
 */
export function windowsByLayer(
  maker: Caller,
  { window, fullLayers = [] }: WindowOptions,
  layers: number,
): (layer: number) => LayerKind {
  requireLayers(maker, 'fullLayers', fullLayers, layers);
  return (layer) => (fullLayers.includes(layer) ? {} : { window });
}

/**
 * Refuses an option that names a layer which the model has not.
 *
 * @param maker the function that the author calls, whose line is reported
 * @param option its name
 * @throws ModelError
 */
export function requireLayers(
  maker: Caller,
  option: string,
  indices: readonly number[],
  layers: number,
): void {
  const beyond = indices.find((layer) => layer >= layers);
  if (beyond === undefined) return;
  atCallSite(() => {
    throw new ModelError(
      `${maker.name}: ${option} must be indices of the ${layers} layers, from 0 on, but one is ${beyond}`,
    );
  }, maker);
}
