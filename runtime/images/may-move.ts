import { type ImageSource, readStart } from './source.ts';

/** Formats whose pages are frames, by how their files begin; a TIFF's are not. */
const MOVING = [/^GIF8/, /^RIFF....WEBP/s];

/**
 * Whether a picture's file begins as those do that may hold several frames. Only then it is worth asking how many
 * (`readHeader`), for which sharp is loaded.
 */
export async function mayMove(source: ImageSource): Promise<boolean> {
  const start = Buffer.from(await readStart(source, 12)).toString('latin1');
  return MOVING.some((beginning) => beginning.test(start));
}
