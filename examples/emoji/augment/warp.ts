/** Where a picture is put: turned, scaled, moved, mirrored, about its middle. */
export interface Placement {
  /** Radians, clockwise. */
  readonly angle: number;
  /** Of the picture to its frame: below 1 it is smaller and white shows around it. */
  readonly scaleX: number;
  readonly scaleY: number;
  /** Pixels to the right and down. */
  readonly shiftX: number;
  readonly shiftY: number;
  readonly mirror: boolean;
}

/**
 * Draws a picture as placed, with bilinear sampling, into planes of ink: 1 minus brightness, so that the white around
 * it is 0 and stays white under anything that scales colours.
 *
 * @param pixels [size, size, 3], 0 to 255
 * @param out [3, size, size], 0 to 1, overwritten
 */
export function warp(pixels: Uint8Array, size: number, placement: Placement, out: Float32Array): void {
  const { angle, scaleX, scaleY, shiftX, shiftY, mirror } = placement;
  const middle = (size - 1) / 2;
  const flip = mirror ? -1 : 1;
  // From a pixel of the frame back to the picture.
  const xx = (flip * Math.cos(angle)) / scaleX;
  const xy = (flip * Math.sin(angle)) / scaleX;
  const yx = -Math.sin(angle) / scaleY;
  const yy = Math.cos(angle) / scaleY;
  const area = size * size;
  const at = (index: number) => pixels[index] ?? 255;
  const ink = 1 / 255;
  let place = 0;
  for (let row = 0; row < size; row += 1) {
    const dy = row - middle - shiftY;
    for (let column = 0; column < size; column += 1, place += 1) {
      const dx = column - middle - shiftX;
      const x = middle + xx * dx + xy * dy;
      const y = middle + yx * dx + yy * dy;
      if (x < 0 || y < 0 || x > size - 1 || y > size - 1) {
        out[place] = 0;
        out[place + area] = 0;
        out[place + 2 * area] = 0;
        continue;
      }
      const left = Math.min(Math.floor(x), size - 2);
      const top = Math.min(Math.floor(y), size - 2);
      const right = x - left;
      const bottom = y - top;
      const topLeft = (1 - right) * (1 - bottom);
      const topRight = right * (1 - bottom);
      const bottomLeft = (1 - right) * bottom;
      const bottomRight = right * bottom;
      const from = 3 * (top * size + left);
      const below = from + 3 * size;
      for (let channel = 0; channel < 3; channel += 1) {
        const brightness =
          topLeft * at(from + channel) +
          topRight * at(from + 3 + channel) +
          bottomLeft * at(below + channel) +
          bottomRight * at(below + 3 + channel);
        out[place + channel * area] = 1 - ink * brightness;
      }
    }
  }
}
