/** By channel, for values from 0 to 1: (value - mean) / std. */
export interface Normalisation {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/**
 * (value / 255 - mean) / std of each channel, in float32 steps as torchvision's ToTensor and Normalize take them.
 *
 * @param pixels [size, size, 3], 0 to 255.
 * @param result [3, size, size], written over.
 */
export function normalise(pixels: Uint8Array, { mean, std }: Normalisation, result: Float32Array): void {
  const plane = pixels.length / 3;
  for (const [channel, average] of mean.entries()) {
    const spread = Math.fround(std[channel] ?? 1);
    const values = Float32Array.from(
      { length: 256 },
      (_, value) => Math.fround(Math.fround(value / 255) - Math.fround(average)) / spread,
    );
    for (let place = 0; place < plane; place += 1) {
      result[channel * plane + place] = values[pixels[place * 3 + channel] ?? 0] ?? 0;
    }
  }
}
