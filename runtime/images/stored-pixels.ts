import sharp, { type SharpOptions } from 'sharp';
import { decodeJpeg } from './jpeg.ts';
import { MAX_PIXELS } from './limits.ts';
import type { ImageSource } from './source.ts';

/** Whole pictures whose colours sharp would change before it resizes them: of four inks, or under alpha. */
export interface StoredPicture {
  readonly width: number;
  readonly height: number;
  readonly format: string;
  readonly colours: 'cmyk' | 'alpha';
}

/**
 * Red, green and blue as Pillow's `convert('RGB')` gives them: what lies under alpha as it is, four inks by no profile,
 * each ink's light times black's.
 *
 * @param frame from 0
 */
export async function storedPixels(
  source: ImageSource,
  { width, height, format, colours }: StoredPicture,
  frame: number,
): Promise<{ readonly data: Uint8Array; readonly options: SharpOptions }> {
  const pipelineOf = (data: ImageSource, failOn: 'warning' | 'error') => {
    const pipeline = sharp(data, {
      limitInputPixels: MAX_PIXELS,
      failOn,
      ignoreIcc: true,
      ...(frame > 0 ? { page: frame } : {}),
    });
    if (colours === 'cmyk') pipeline.pipelineColourspace('cmyk').toColourspace('cmyk');
    else pipeline.removeAlpha().toColourspace('srgb');
    return pipeline.raw({ depth: 'uchar' });
  };
  const stored =
    format === 'jpeg' ? await decodeJpeg(source, pipelineOf) : await pipelineOf(source, 'error').toBuffer();
  const channels = colours === 'cmyk' ? 4 : 3;
  if (stored.length !== width * height * channels) throw new Error(`its channels are not ${channels}`);
  const data = colours === 'cmyk' ? cmykToRgb(stored) : stored;
  return { data, options: { raw: { width, height, channels: 3 } } };
}

function cmykToRgb(inks: Uint8Array): Uint8Array {
  const pixels = new Uint8Array((inks.length / 4) * 3);
  for (let from = 0, to = 0; from < inks.length; from += 4, to += 3) {
    const light = 255 - (inks[from + 3] ?? 0);
    for (let channel = 0; channel < 3; channel += 1) {
      pixels[to + channel] = Math.max(0, light - divideBy255((inks[from + channel] ?? 0) * light));
    }
  }
  return pixels;
}

/** Rounded, in the integers that Pillow takes. */
function divideBy255(product: number): number {
  const sum = product + 128;
  return ((sum >> 8) + sum) >> 8;
}
