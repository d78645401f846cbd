import { UserError } from '../../../artifact/user-error.ts';
import { RASTER_FORMATS } from '../../images/formats/index.ts';
import type { Raster } from '../../images/formats/raster-format.ts';
import type { Header } from '../../images/header.ts';
import type { PictureFile } from './picture-file.ts';

/** Formats whose files may hold several frames. */
const MOVING: ReadonlySet<string> = new Set(['image/gif', 'image/webp']);

/** @throws UserError where the browser cannot say it of a picture that may move */
export async function countFrames(
  bytes: Uint8Array<ArrayBuffer>,
  { type }: PictureFile,
  name: string,
): Promise<number> {
  if (!MOVING.has(type)) return 1;
  if (!('ImageDecoder' in globalThis)) {
    throw new UserError(
      `${name} may have several frames, which this browser does not tell apart: save it as PNG or JPEG.`,
    );
  }
  const decoder = new ImageDecoder({ data: bytes, type });
  try {
    await decoder.tracks.ready;
    await decoder.completed;
    return decoder.tracks.selectedTrack?.frameCount ?? 1;
  } catch {
    // What is wrong is told when it is decoded.
    return 1;
  } finally {
    decoder.close();
  }
}

/**
 * A picture's pixels as the header's rule has them.
 *
 * @returns [height, width, 3], 0 to 255
 * @throws Error whose message is the browser's
 */
export async function decodePixels(
  bytes: Uint8Array<ArrayBuffer>,
  file: PictureFile,
  { width, height, pixels }: Header,
  frame: number,
): Promise<Uint8Array> {
  const own = RASTER_FORMATS.find(({ name }) => name === file.type);
  const shown = pixels === 'shown';
  if (own !== undefined) return withoutAlpha(own.decode(bytes), shown);
  const picture = await rgbaOf(bytes, file, { width, height, shown }, frame);
  return withoutAlpha({ width, height, channels: 4, pixels: picture }, shown);
}

async function rgbaOf(
  bytes: Uint8Array<ArrayBuffer>,
  { type }: PictureFile,
  { width, height, shown }: { width: number; height: number; shown: boolean },
  frame: number,
): Promise<Uint8Array> {
  const options: ImageBitmapOptions = {
    colorSpaceConversion: shown ? 'default' : 'none',
    premultiplyAlpha: 'none',
    imageOrientation: shown ? 'from-image' : 'none',
  };
  const bitmap =
    frame === 0
      ? await createImageBitmap(new Blob([bytes], { type }), options)
      : await frameAt(bytes, type, frame, options);
  try {
    if (bitmap.width !== width || bitmap.height !== height)
      throw new Error(`it has ${bitmap.width} x ${bitmap.height} pixels and says ${width} x ${height}`);
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (context === null) throw new Error('the browser has no canvas');
    context.drawImage(bitmap, 0, 0);
    return new Uint8Array(context.getImageData(0, 0, width, height).data.buffer);
  } finally {
    bitmap.close();
  }
}

async function frameAt(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
  frame: number,
  options: ImageBitmapOptions,
): Promise<ImageBitmap> {
  const decoder = new ImageDecoder({
    data: bytes,
    type,
    colorSpaceConversion: options.colorSpaceConversion ?? 'default',
  });
  try {
    const { image } = await decoder.decode({ frameIndex: frame });
    const bitmap = await createImageBitmap(image, options);
    image.close();
    return bitmap;
  } finally {
    decoder.close();
  }
}

/** Over white, as a viewer shows it, or the colours as they are stored. */
function withoutAlpha({ channels, pixels }: Raster, overWhite: boolean): Uint8Array {
  if (channels === 3) return pixels;
  const count = pixels.length / 4;
  const colours = new Uint8Array(count * 3);
  for (let pixel = 0; pixel < count; pixel += 1) {
    const alpha = pixels[pixel * 4 + 3] ?? 0;
    for (let channel = 0; channel < 3; channel += 1) {
      const value = pixels[pixel * 4 + channel] ?? 0;
      colours[pixel * 3 + channel] = overWhite
        ? Math.floor((value * alpha + 255 * (255 - alpha)) / 255)
        : value;
    }
  }
  return colours;
}
