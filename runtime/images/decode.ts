import sharp, { type KernelEnum, type Metadata } from 'sharp';
import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import { type Box, geometryOf } from './geometry.ts';
import { resample } from './resample.ts';
import { checkSource, type ImageSource, nameOf } from './source.ts';

/** Most pixels of a picture (of one frame, for a video): some formats can only be decoded whole. 134 megapixels. */
export const MAX_PIXELS = 2 ** 27;

/** A WebP picture with more pixels is shrunk as it is decoded, which blurs it slightly but needs less memory. */
const LARGE_WEBP = 2 ** 24;

const KERNELS: Record<ImagePreprocessing['interpolation'], keyof KernelEnum> = {
  // Nearest to Pillow's bicubic of the kernels that sharp has; both are Keys' cubic with a = -0.5.
  bicubic: 'cubic',
  bilinear: 'linear',
  nearest: 'nearest',
};

// A picture is read once. Kept, it would take memory, and a file that changed under the same name would look the same.
sharp.cache(false);

/** Size, format and number of frames of a picture that may be decoded. */
export type Header = {
  /** Upright, as EXIF says; of one frame. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly format: string;
};

/**
 * Reads a picture's header.
 *
 * @throws UserError for a source that is missing, empty, no picture, or has more than `MAX_PIXELS` pixels.
 */
export async function readHeader(source: ImageSource): Promise<Header> {
  await checkSource(source);
  let metadata: Metadata;
  try {
    metadata = await sharp(source, { limitInputPixels: false }).metadata();
  } catch (error) {
    throw imageError(nameOf(source), error);
  }
  const { width, height } = metadata.autoOrient;
  if (width * height > MAX_PIXELS) {
    throw new UserError(
      `${nameOf(source)} is ${width} x ${height} pixels but at most ${MAX_PIXELS} pixels are read: scale it down first.`,
    );
  }
  return { width, height, frames: metadata.pages ?? 1, format: metadata.format };
}

/**
 * Decodes one frame to the network's input size: upright by EXIF, in sRGB (colour profiles honoured), alpha over
 * white, resized and cropped as `preprocessing` says.
 *
 * @param frame From 0.
 * @returns [size, size, 3], 0 to 255.
 * @throws UserError for a truncated or damaged picture.
 */
export async function decodePicture(
  source: ImageSource,
  header: Header,
  preprocessing: Pick<ImagePreprocessing, 'size' | 'resize' | 'interpolation'>,
  frame = 0,
): Promise<Uint8Array> {
  const { interpolation } = preprocessing;
  const { part, resized, crop } = geometryOf(header, preprocessing);
  const shrunk = {
    width: Math.min(part.width, resized.width),
    height: Math.min(part.height, resized.height),
  };
  const enlarges = shrunk.width < resized.width || shrunk.height < resized.height;
  const pixels = header.width * header.height;
  const pipeline = sharp(source, {
    limitInputPixels: MAX_PIXELS,
    // JPEG has no checksums: all that tells of damage is libjpeg's warnings. Other formats also warn of harmless things.
    failOn: header.format === 'jpeg' ? 'warning' : 'error',
    ...(frame > 0 ? { page: frame } : {}),
  })
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb');
  if (part.width < header.width || part.height < header.height) pipeline.extract(part);
  pipeline.resize({
    ...shrunk,
    fit: 'fill',
    kernel: KERNELS[interpolation],
    // Leaves a factor of two to the kernel where a JPEG is shrunk as it is decoded: closer to Pillow.
    fastShrinkOnLoad: header.format === 'webp' && pixels > LARGE_WEBP,
  });
  const name = frame === 0 ? nameOf(source) : `Frame ${frame} of ${nameOf(source)}`;
  let raw: Uint8Array;
  try {
    raw = await pipeline.raw({ depth: 'uchar' }).toBuffer();
  } catch (error) {
    throw imageError(name, error);
  }
  const expected = shrunk.width * shrunk.height * 3;
  if (raw.length !== expected) {
    throw new UserError(
      `${name} decodes to ${raw.length} bytes but ${expected} are expected: save it as an RGB PNG.`,
    );
  }
  return enlarges ? resample(raw, shrunk, resized, crop, interpolation) : cropPixels(raw, shrunk.width, crop);
}

/** Cut out here and not by sharp, which would turn the whole picture upright before shrinking it. */
function cropPixels(pixels: Uint8Array, width: number, { left, top, ...crop }: Box): Uint8Array {
  const result = new Uint8Array(crop.width * crop.height * 3);
  for (let row = 0; row < crop.height; row += 1) {
    const start = ((top + row) * width + left) * 3;
    result.set(pixels.subarray(start, start + crop.width * 3), row * crop.width * 3);
  }
  return result;
}

function imageError(name: string, error: unknown): UserError {
  const message = error instanceof Error ? error.message : String(error);
  if (/unsupported image format/i.test(message)) {
    return new UserError(
      `${name} is not a picture in a format that can be read: save it as JPEG, PNG, WebP, GIF, AVIF, TIFF or SVG.`,
    );
  }
  const [first = ''] = message
    .replace(/^(Input (file|buffer) has corrupt header|Warning treated as error.*):?\s*/i, '')
    .split('\n');
  // libvips does not always say.
  const reason = /^unknown error$/i.test(first) ? '' : first.trim().replace(/\.$/, '');
  return new UserError(
    `${name} is truncated or damaged${reason === '' ? '' : ` (${reason})`}: copy or download it again, or save it again as PNG.`,
  );
}
