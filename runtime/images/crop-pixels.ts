import type { Box } from './geometry.ts';

/**
 * Cuts a part out of RGB pixels. Not by sharp, which would turn the whole picture upright before shrinking it.
 *
 * @param pixels [height, width, 3]
 * @returns [crop.height, crop.width, 3]
 */
export function cropPixels(pixels: Uint8Array, width: number, { left, top, ...crop }: Box): Uint8Array {
  const result = new Uint8Array(crop.width * crop.height * 3);
  for (let row = 0; row < crop.height; row += 1) {
    const start = ((top + row) * width + left) * 3;
    result.set(pixels.subarray(start, start + crop.width * 3), row * crop.width * 3);
  }
  return result;
}
