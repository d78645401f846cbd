import type { Metadata } from 'sharp';
import type { PixelRule } from './pixel-rule.ts';

/** Bytes of a sample. */
const BYTES: Readonly<Record<string, number>> = {
  uchar: 1,
  char: 1,
  ushort: 2,
  short: 2,
  uint: 4,
  int: 4,
  float: 4,
};

/** Samples of a chroma channel to a pixel. */
const SUBSAMPLED: Readonly<Record<string, number>> = { '4:2:0': 1 / 4, '4:2:2': 1 / 2, '4:4:0': 1 / 2 };

/** A still WebP picture with more pixels is shrunk as it is decoded: that blurs it slightly but needs little memory. */
export const LARGE_WEBP = 2 ** 24;

/**
 * How many bytes a decoder holds at once for a picture of one of sharp's formats; 0 where rows come one after the
 * other. Measured, see `tests/runtime/images-limits.test.ts`.
 *
 * @param metadata of the picture, or of one frame
 */
export function heldBytes(metadata: Metadata, pixels: PixelRule): number {
  const { format, width, height, channels, depth, isProgressive, chromaSubsampling, space } = metadata;
  const area = width * height;
  const sample = BYTES[depth ?? ''] ?? 8;
  if (pixels === 'pillow' && (space === 'cmyk' || metadata.hasAlpha)) return area * 8;
  switch (format) {
    case 'jpeg':
      // Coefficients of two bytes; the two chroma channels may be stored at a half or a quarter of the size.
      if (!isProgressive) return 0;
      return area * 2 * (channels === 3 ? 1 + 2 * (SUBSAMPLED[chromaSubsampling ?? ''] ?? 1) : channels);
    case 'png':
      return isProgressive ? area * channels * sample : 0;
    case 'gif':
      return area * 5;
    case 'webp':
      return area > LARGE_WEBP && (metadata.pages ?? 1) === 1 ? 0 : area * 8;
    case 'heif':
      return area * (sample > 1 ? 12 : 8);
    case 'tiff':
      // A strip or tile may be the whole picture.
      return area * channels * sample;
    default:
      return 0;
  }
}
