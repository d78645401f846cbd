import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import { cropPixels } from './crop-pixels.ts';
import { type Geometry, type Size, wholeOf } from './geometry.ts';
import { resample } from './resample.ts';

type Interpolation = ImagePreprocessing['interpolation'];

/** What a picture's part is shrunk to as it is decoded: on each side as far as it becomes smaller. */
export function shrunkOf({ part, first, resized }: Geometry): Size {
  const to = first ?? resized;
  return { width: Math.min(part.width, to.width), height: Math.min(part.height, to.height) };
}

/**
 * The rest of the way to the network's input, from what was decoded.
 *
 * @param pixels [shrunk.height, shrunk.width, 3]
 * @param shrunk of `shrunkOf`
 * @returns [crop.height, crop.width, 3]
 */
export function enlarge(
  pixels: Uint8Array,
  shrunk: Size,
  { first, resized, crop }: Geometry,
  interpolation: Interpolation,
): Uint8Array {
  if (first === undefined) return resizeTo(pixels, shrunk, resized, crop, interpolation);
  const before = resizeTo(pixels, shrunk, first, wholeOf(first), interpolation);
  return resizeTo(before, first, resized, crop, interpolation);
}

function resizeTo(
  pixels: Uint8Array,
  from: Size,
  to: Size,
  crop: Geometry['crop'],
  interpolation: Interpolation,
): Uint8Array {
  return from.width === to.width && from.height === to.height
    ? cropPixels(pixels, from.width, crop)
    : resample(pixels, from, to, crop, interpolation);
}
