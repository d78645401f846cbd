import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import type { ImageSource } from './image-source.ts';
import { normalise } from './normalise.ts';
import type { PictureReader } from './picture-reader.ts';
import type { PixelRule } from './pixel-rule.ts';

/**
 * Reads a picture as the vision encoder takes it; of a moving one the first frame.
 *
 * @param preprocessing the manifest's `image`
 * @returns [3, size, size], channels red, green, blue
 * @throws UserError for a source that cannot be read
 */
export async function readImage(
  reader: PictureReader,
  source: ImageSource,
  preprocessing: ImagePreprocessing,
  rule: PixelRule,
): Promise<Float32Array> {
  const header = await reader.readHeader(source, rule);
  const pixels = await reader.decode(source, header, preprocessing);
  const result = new Float32Array(pixels.length);
  normalise(pixels, preprocessing, result);
  return result;
}
