import type { ImagePreprocessing } from '../../../artifact/manifest.ts';
import { plain } from '../../../artifact/quoted.ts';
import { UserError } from '../../../artifact/user-error.ts';
import { cropPixels } from '../../images/crop-pixels.ts';
import { enlarge, shrunkOf } from '../../images/enlarge.ts';
import { geometryOf } from '../../images/geometry.ts';
import { checkFrames, checkPixels, type Header } from '../../images/header.ts';
import { checkBytes, type ImageSource, nameOf } from '../../images/image-source.ts';
import { MAX_FILE_BYTES, MAX_HELD_BYTES } from '../../images/limits.ts';
import type { PictureReader } from '../../images/picture-reader.ts';
import { type PixelSource, shrinkPixels } from '../../images/shrink.ts';
import { averaged, shrinkOnLoad } from '../../images/shrunk-jpeg.ts';
import { wholeAddress } from '../addresses.ts';
import { hashOf, readBody, request } from '../download.ts';
import { countFrames, decodePixels, sizeOf, turnOf } from './decode-pixels.ts';
import { type PictureFile, readPictureFile } from './picture-file.ts';
import { turnUpright } from './turn-upright.ts';

/** Pictures at addresses and in bytes, decoded by the browser. */
export function addressedPictures(base: string): PictureReader {
  const bytesOf = async (source: ImageSource): Promise<Uint8Array<ArrayBuffer>> => {
    if (typeof source !== 'string') {
      checkBytes(source);
      return new Uint8Array(source);
    }
    const bytes = await readBody(
      await request(wholeAddress(source, base, 'The picture').href),
      MAX_FILE_BYTES,
    );
    checkBytes(bytes);
    return bytes;
  };
  return {
    contentOf: async (source) => hashOf(await bytesOf(source)),
    hash: async (bytes) => hashOf(new Uint8Array(bytes)),
    async readHeader(source, pixels): Promise<Header> {
      const bytes = await bytesOf(source);
      const name = nameOf(source);
      const file = readPictureFile(bytes, name);
      checkPixels(name, file.width, file.height);
      if (file.inks && pixels === 'shown') {
        throw new UserError(
          `${name} is of four inks (CMYK), which browsers show in other colours than Node has: save it as RGB, or load the model with pixels 'pillow'.`,
        );
      }
      const { width, height } = await decoding(name, () => sizeOf(file, pixels));
      // Red, green, blue and alpha of the browser, and red, green and blue of ours.
      checkHeld(name, 7 * width * height);
      const frames = await countFrames(file, name);
      checkFrames(name, frames);
      return { width, height, frames, format: file.type, colours: 'rgb', pixels };
    },
    async decode(source, header, preprocessing, frame = 0, geometry = geometryOf(header, preprocessing)) {
      const bytes = await bytesOf(source);
      const name = frame === 0 ? nameOf(source) : `Frame ${frame} of ${nameOf(source)}`;
      const file: PictureFile = readPictureFile(bytes, name);
      const decoded = await decoding(name, () => decodePixels(file, header, frame));
      const { part } = geometry;
      const shrunk = shrunkOf(geometry);
      const { interpolation } = preprocessing;
      const isWhole = part.width === header.width && part.height === header.height;
      const orientation = turnOf(file, header.pixels);
      /** As Node has it: a whole picture is turned when it is small, a JPEG and what a part is cut from before. */
      const pixels =
        isWhole && orientation !== 1
          ? turnedAfter(decoded, part, shrunk, orientation, interpolation)
          : shrunkPart(turnUpright(decoded, file, orientation));
      function shrunkPart(upright: Uint8Array): Uint8Array {
        const looked = cropPixels(upright, header.width, part);
        const factor = file.type === 'image/jpeg' && isWhole ? shrinkOnLoad(part, shrunk) : 1;
        const loaded = {
          width: Math.ceil(part.width / factor),
          height: Math.ceil(part.height / factor),
        };
        const halved = factor > 1 ? averaged(looked, part, factor) : looked;
        return shrinkPixels(halved, loaded, shrunk, interpolation, pixelSourceOf(file, header));
      }
      return enlarge(pixels, shrunk, geometry, interpolation);
    },
    picturesIn: async () => undefined,
  };
}

type Size = { readonly width: number; readonly height: number };

/** Shrinks pixels as they are stored, and turns what comes of it. */
function turnedAfter(
  stored: Uint8Array,
  from: Size,
  to: Size,
  orientation: number,
  interpolation: ImagePreprocessing['interpolation'],
): Uint8Array {
  const lying = ({ width, height }: Size): Size =>
    orientation > 4 ? { width: height, height: width } : { width, height };
  const small = shrinkPixels(stored, lying(from), lying(to), interpolation);
  return turnUpright(small, lying(to), orientation);
}

/** What `decode` gives; what it throws is the picture's fault. */
async function decoding<R>(name: string, decode: () => Promise<R>): Promise<R> {
  try {
    return await decode();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? plain(error.message.replace(/\.$/, ''), 200) : String(error);
    throw new UserError(
      `${name} is truncated or damaged (${reason}): copy or download it again, or save it again as PNG.`,
    );
  }
}

/** Where Node has the pixels from: sharp decodes files, is given what this project reads itself, and turns before it shrinks. */
function pixelSourceOf({ type, orientation }: PictureFile, { pixels }: Header): PixelSource {
  if (!type.startsWith('image/')) return 'held';
  if (pixels !== 'shown' || orientation <= 2) return 'decoded';
  return orientation > 4 ? 'turned' : 'held';
}

function checkHeld(name: string, bytes: number): void {
  if (bytes <= MAX_HELD_BYTES) return;
  throw new UserError(
    `${name} would take ${Math.ceil(bytes / 2 ** 20)} MiB to decode in a browser, but at most ${MAX_HELD_BYTES / 2 ** 20} MiB are used: scale it down first.`,
  );
}
