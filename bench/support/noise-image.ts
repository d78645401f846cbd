import sharp from 'sharp';
import { normalValues } from './weights.ts';

/** A JPEG of noise, `size` pixels each way, its own for every seed. */
export async function noiseImage(seed: number, size: number): Promise<Uint8Array> {
  const count = size * size * 3;
  const noise = normalValues(count + seed, 60).subarray(seed);
  const pixels = Uint8Array.from(noise, (value) => Math.min(255, Math.max(0, 128 + value)));
  return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .jpeg()
    .toBuffer();
}
