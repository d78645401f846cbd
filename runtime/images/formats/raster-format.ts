/** Pixels of a whole picture. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  /** [height, width, channels]: red, green, blue and, where there are four, alpha; 0 to 255. */
  readonly pixels: Uint8Array;
}

/** A format of pictures that sharp's libvips does not read. */
export interface RasterFormat {
  readonly name: string;
  /** @param start the first bytes of a file, at most 512 */
  matches(start: Uint8Array): boolean;
  /**
   * @param bytes the file
   * @throws Error that says in a few words what is wrong
   */
  size(bytes: Uint8Array): { readonly width: number; readonly height: number };
  /**
   * @param bytes the file, whose size was found small enough
   * @throws Error that says in a few words what is wrong
   */
  decode(bytes: Uint8Array): Raster;
}

/** The colours as they are stored. */
export function withoutAlpha(raster: Raster): Raster {
  const { width, height, channels, pixels } = raster;
  if (channels === 3) return raster;
  const colours = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1)
      colours[pixel * 3 + channel] = pixels[pixel * 4 + channel] ?? 0;
  }
  return { width, height, channels: 3, pixels: colours };
}
