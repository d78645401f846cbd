import { type ImagePreprocessing, imageSchema } from '../../artifact/manifest.ts';
import { checkArgument } from '../arguments/check-argument.ts';
import * as schemas from '../arguments/schemas.ts';
import { filePictures } from './file-pictures.ts';
import type { ImageSource } from './image-source.ts';
import type { PixelRule } from './pixel-rule.ts';
import { readImage } from './read-image.ts';

/**
 * Reads a picture as the vision encoder takes it: CLIP's preprocessing, with the numbers of the manifest. JPEG, PNG,
 * WebP, GIF, AVIF, TIFF, BMP, PPM, PGM, PBM and SVG; the first frame of a moving picture; as a viewer shows it, or as
 * Pillow reads it (see `PixelRule`). Pictures smaller than `size` come out as Pillow gives them; larger ones differ from Pillow by
 * a few of 255 steps at sharp edges (10 at most in the tests), as libvips rounds differently and shrinks by more than
 * four in two steps. `nearest` may take a neighbour of the pixel that Pillow takes.
 *
 * @param source Path or bytes.
 * @param preprocessing The manifest's `image`.
 * @param options.pixels Default `shown`.
 * @returns [3, size, size], channels red, green, blue.
 * @throws UserError for a source that cannot be read, with its name, what was wrong and what to do.
 */
export async function loadImage(
  source: ImageSource,
  preprocessing: ImagePreprocessing,
  options: { readonly pixels?: PixelRule } = {},
): Promise<Float32Array> {
  checkArgument('the picture', schemas.source, source);
  checkArgument('the preprocessing', imageSchema, preprocessing);
  checkArgument('the options of loadImage', schemas.pictureOptions, options);
  return readImage(filePictures, source, preprocessing, options.pixels ?? 'shown');
}
