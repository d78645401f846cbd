import { imageSize } from 'image-size';
import { UserError } from '../../../artifact/user-error.ts';
import { RASTER_FORMATS } from '../../images/formats/index.ts';
import { nameOf } from '../../images/image-source.ts';
import { isOfInks } from './jpeg-parts.ts';
import { pngParts, type StillParts, webpParts } from './still-parts.ts';

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
  /** Whether a browser turns it upright by itself. */
  readonly turnsItself: boolean;
  /** Whether it has a colour profile that a decoder without a canvas leaves aside. */
  readonly profile: boolean;
  /** Whether its colours are four inks. */
  readonly inks: boolean;
  /** What the browser decodes: the file, without what browsers differ in. */
  readonly data: Uint8Array<ArrayBuffer>;
};

/**
 * Size and type of a picture by its first bytes, before anything is decoded.
 *
 * @throws UserError for what is no picture in a format that browsers read, or this project itself
 */
export function readPictureFile(bytes: Uint8Array<ArrayBuffer>, name: string = nameOf(bytes)): PictureFile {
  const own = RASTER_FORMATS.find((format) => format.matches(bytes));
  try {
    if (own !== undefined) return { ...PLAIN, type: own.name, ...own.size(bytes), data: bytes };
    const { type = '', width, height, orientation = 1 } = imageSize(bytes);
    const media = TYPES[type];
    if (media !== undefined) return { ...partsOf(media, bytes, orientation), type: media, width, height };
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

const PLAIN = { orientation: 1, turnsItself: true, profile: false, inks: false } as const;

type Parts = Omit<PictureFile, 'type' | 'width' | 'height'>;

function partsOf(type: string, data: Uint8Array<ArrayBuffer>, orientation: number): Parts {
  if (type === 'image/jpeg') return { ...PLAIN, orientation, inks: isOfInks(data), data };
  const read = CHUNKS[type];
  if (read === undefined) return { ...PLAIN, data };
  const { plain, ...parts } = read(data);
  return { ...PLAIN, ...parts, turnsItself: false, data: plain };
}

const CHUNKS: Readonly<Record<string, (file: Uint8Array<ArrayBuffer>) => StillParts>> = {
  'image/png': pngParts,
  'image/webp': webpParts,
};
