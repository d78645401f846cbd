import { addDims, multiplyDims } from '../../dsl/shape/dim.ts';
import type { Dim } from '../../dsl/tensor.ts';
import type { GraphContract, PortContract, PortContracts } from '../contract.ts';
import type { ImagePreprocessing, LanguageSettings } from '../facts.ts';

/**
 * The language graph's inputs and outputs in every way: text, its cache and the logits that are asked for. A cache that
 * grows is read, and the keys and values of new tokens come out. A static one comes out whole, of the same length, with
 * those of new tokens at their `cache_positions`. States of recurrences go in, and come out as they are behind the new tokens.
 */
export function languageContract(
  { layers, keyValueHeads, headDim, vocabulary, cacheLength, states = {} }: LanguageSettings,
  media: PortContracts,
): GraphContract {
  const cache = (length: Dim): PortContract => ({
    dtype: 'float32',
    shape: ['batch', keyValueHeads, length, headDim],
  });
  const past = cacheLength ?? 'past';
  const isStatic = cacheLength !== undefined;
  const written: PortContracts = isStatic
    ? { present_key: cache(cacheLength), present_value: cache(cacheLength) }
    : { new_key: cache('text'), new_value: cache('text') };
  return {
    inputs: {
      tokens: { dtype: 'int64', shape: ['batch', 'text'] },
      positions: { dtype: 'int64', shape: ['batch', 'text'] },
      attention_mask: { dtype: 'bool', shape: ['batch', 'text', addDims(past, 'text')] },
      ...perLayer(layers, { past_key: cache(past), past_value: cache(past) }),
      ...(isStatic && { cache_positions: { dtype: 'int64', shape: ['batch', 'text'] } }),
      ...ofStates('past', states),
      ...media,
      wanted: { dtype: 'int64', shape: ['wanted'] },
    },
    outputs: {
      logits: { dtype: 'float32', shape: ['wanted', vocabulary] },
      ...perLayer(layers, written),
      ...ofStates('new', states),
    },
  };
}

/** `past_state.{name}` or `new_state.{name}` of recurrences. */
function ofStates(when: 'past' | 'new', states: NonNullable<LanguageSettings['states']>): PortContracts {
  return Object.fromEntries(
    Object.entries(states).map(([name, sizes]) => [
      `${when}_state.${name}`,
      { dtype: 'float32', shape: ['batch', ...sizes] } satisfies PortContract,
    ]),
  );
}

/** The vision graph: pictures or frames to what is kept of each. */
export function visionContract(image: ImagePreprocessing | undefined, outputs: PortContracts): GraphContract {
  const { size = 0 } = image ?? {};
  // A model of still images may do without the open size.
  const frames = isOneFrame(image) ? (['frames', 1] as const) : 'frames';
  return {
    inputs: { pixels: { dtype: 'float32', shape: ['images', frames, 3, size, size] } },
    outputs,
  };
}

function isOneFrame(image: ImagePreprocessing | undefined): boolean {
  return image?.maxFrames === 1 && image.tiles === undefined;
}

/** Places of one picture: where a picture is one frame, it is the same whether or not the graph counts frames. */
export function placesOf(places: Dim, image: ImagePreprocessing | undefined): Dim | readonly Dim[] {
  return isOneFrame(image) ? [places, multiplyDims(places, 'frames')] : places;
}

/** `media_key` as `media_key.0`, `media_key.1`, … */
export function perLayer(layers: number, ports: PortContracts): PortContracts {
  return Object.fromEntries(
    Array.from({ length: layers }, (_, layer) =>
      Object.entries(ports).map(([name, port]) => [`${name}.${layer}`, port] as const),
    ).flat(),
  );
}
