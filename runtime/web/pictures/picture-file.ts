import { imageSize } from 'image-size';
import { UserError } from '../../../artifact/user-error.ts';
import { RASTER_FORMATS } from '../../images/formats/index.ts';
import { nameOf } from '../../images/image-source.ts';

/** What browsers read of pictures, by the names of `image-size`, with their types of media. */
const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  heif: 'image/avif',
};

export type PictureFile = {
  readonly type: string;
  /** As stored. */
  readonly width: number;
  readonly height: number;
  /** EXIF's, 1 (upright) to 8; from 5 on width and height change places. */
  readonly orientation: number;
};

/**
 * Size and type of a picture by its first bytes, before anything is decoded.
 *
 * @throws UserError for what is no picture in a format that browsers read, or this project itself
 */
export function readPictureFile(bytes: Uint8Array, name: string = nameOf(bytes)): PictureFile {
  const own = RASTER_FORMATS.find((format) => format.matches(bytes));
  try {
    if (own !== undefined) return { type: own.name, orientation: 1, ...own.size(bytes) };
    const { type = '', width, height, orientation = 1 } = imageSize(bytes);
    const media = TYPES[type];
    if (media !== undefined) return { type: media, width, height, orientation };
  } catch (error) {
    if (own !== undefined) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UserError(`${name} is truncated or damaged (${reason}): save it again as PNG.`);
    }
  }
  throw new UserError(
    `${name} is not a picture in a format that can be read in a browser: save it as JPEG, PNG, WebP, GIF, AVIF, BMP or PPM.`,
  );
}
