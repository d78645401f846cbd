import type { Size } from './geometry.ts';

/**
 * Up to so many pixels a JPEG is decoded whole before it is shrunk, as browsers do. Of larger ones libjpeg leaves out
 * frequencies that the result would hardly show: a photograph of 12 megapixels takes a fifth of the time.
 */
export const WHOLE_JPEG = 1.5e6;

/**
 * By how much sharp lets libjpeg shrink a JPEG while it decodes it: half of what there is to shrink, so that a factor of two
 * is left to the kernel.
 *
 * @returns 1, 2, 4 or 8
 */
export function shrinkOnLoad(from: Size, to: Size): number {
  if (from.width * from.height <= WHOLE_JPEG) return 1;
  const shrink = Math.min(from.width / to.width, from.height / to.height);
  const most = [8, 4, 2].find((factor) => shrink >= 2 * factor) ?? 1;
  // libjpeg's rounding.
  return most > 1 && Math.trunc(shrink) === most ? most / 2 : most;
}

/**
 * Averages squares of pixels, which is nearly what libjpeg gives when it leaves the high frequencies of a square out.
 *
 * @param pixels [height, width, 3]
 * @returns as `pixels`, of the size divided by the factor, rounded up
 */
export function averaged(pixels: Uint8Array, { width, height }: Size, factor: number): Uint8Array {
  const [columns, rows] = [Math.ceil(width / factor), Math.ceil(height / factor)];
  const result = new Uint8Array(columns * rows * 3);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = 0;
        for (let down = 0; down < factor; down += 1) {
          const line = Math.min(height - 1, row * factor + down) * width;
          for (let across = 0; across < factor; across += 1)
            sum += pixels[(line + Math.min(width - 1, column * factor + across)) * 3 + channel] ?? 0;
        }
        result[(row * columns + column) * 3 + channel] = Math.round(sum / factor ** 2);
      }
    }
  }
  return result;
}
