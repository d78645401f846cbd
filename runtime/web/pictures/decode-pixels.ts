import { UserError } from '../../../artifact/user-error.ts';
import { RASTER_FORMATS } from '../../images/formats/index.ts';
import type { Raster } from '../../images/formats/raster-format.ts';
import type { Header } from '../../images/header.ts';
import type { PixelRule } from '../../images/pixel-rule.ts';
import { withUprightExif } from './jpeg-parts.ts';
import type { PictureFile } from './picture-file.ts';

/** Formats whose files may hold several frames. */
const MOVING: ReadonlySet<string> = new Set(['image/gif', 'image/webp']);

/** @throws UserError where the browser cannot say it of a picture that may move */
export async function countFrames({ type, data }: PictureFile, name: string): Promise<number> {
  if (!MOVING.has(type)) return 1;
  if (!('ImageDecoder' in globalThis)) {
    throw new UserError(
      `${name} may have several frames, which this browser does not tell apart: save it as PNG or JPEG.`,
    );
  }
  const decoder = new ImageDecoder({ data, type });
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
 * A picture's size by a pixel rule: turned upright where the pixels are.
 *
 * @throws Error whose message is the browser's
 */
export async function sizeOf(file: PictureFile, rule: PixelRule): Promise<Size> {
  const { type, width, height, orientation, data } = file;
  // How an AVIF is turned and cut is said in many ways, which the browser knows.
  if (type === 'image/avif') {
    const bitmap = await createImageBitmap(new Blob([data], { type }));
    const size = { width: bitmap.width, height: bitmap.height };
    bitmap.close();
    return size;
  }
  return rule === 'shown' && orientation > 4 ? { width: height, height: width } : { width, height };
}

type Size = { readonly width: number; readonly height: number };

/** How a picture that was decoded is still to be turned: EXIF's way, 1 where it is upright. */
export function turnOf(file: PictureFile, rule: PixelRule): number {
  return rule === 'shown' && !file.turnsItself ? file.orientation : 1;
}

/**
 * A picture's pixels as the header's rule has them, but for how they are turned: see `turnOf`.
 *
 * @returns [height, width, 3], 0 to 255
 * @throws Error whose message is the browser's
 */
export async function decodePixels(
  file: PictureFile,
  { width, height, pixels }: Header,
  frame: number,
): Promise<Uint8Array> {
  const own = RASTER_FORMATS.find(({ name }) => name === file.type);
  const shown = pixels === 'shown';
  if (own !== undefined) return withoutAlpha(own.decode(file.data), shown);
  const size = file.turnsItself ? { width, height } : { width: file.width, height: file.height };
  const picture = await rgbaOf(file, { ...size, shown }, frame);
  return withoutAlpha({ ...size, channels: 4, pixels: picture }, shown);
}

type Wanted = Size & { readonly shown: boolean };

async function rgbaOf(file: PictureFile, wanted: Wanted, frame: number): Promise<Uint8Array> {
  const { type, data, profile } = file;
  const { width, height, shown } = wanted;
  // A decoder gives colours as they are stored, whatever the profile.
  const goesByProfile = shown && profile;
  if (goesByProfile && frame > 0) {
    throw new UserError(
      'A picture that moves has a colour profile, by which a browser shows its first frame alone: save it in sRGB, without a profile.',
    );
  }
  const exact =
    LOSSLESS.has(type) && !goesByProfile ? await decodedFrame(data, type, wanted, frame) : undefined;
  if (exact !== undefined) return exact;
  if (frame > 0) throw new Error('this browser decodes its first frame alone');
  const stored = shown || type !== 'image/jpeg' ? data : withUprightExif(data);
  const bitmap = await createImageBitmap(new Blob([stored], { type }), {
    colorSpaceConversion: shown ? 'default' : 'none',
    imageOrientation: 'from-image',
  });
  try {
    checkSize(wanted, bitmap);
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (context === null) throw new Error('the browser has no canvas');
    context.drawImage(bitmap, 0, 0);
    const pixels = new Uint8Array(context.getImageData(0, 0, width, height).data.buffer);
    if (!shown && isClear(pixels)) {
      throw new UserError(
        "A picture has alpha, under which this browser does not show the colours that pixels 'pillow' are of: save it without alpha, or load the model with pixels 'shown'.",
      );
    }
    return pixels;
  } finally {
    bitmap.close();
  }
}

/** Formats whose pixels a decoder gives as they are stored, where a canvas would multiply them by their alpha. */
const LOSSLESS: ReadonlySet<string> = new Set(['image/png', 'image/gif', 'image/webp']);

/** Which of a pixel's four bytes are red, green, blue and alpha. */
const ORDERS: Readonly<Record<string, readonly number[]>> = {
  RGBA: [0, 1, 2, 3],
  RGBX: [0, 1, 2],
  BGRA: [2, 1, 0, 3],
  BGRX: [2, 1, 0],
};

/** Undefined where the browser has no such decoder, or decodes to other channels. */
async function decodedFrame(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
  wanted: Wanted,
  frame: number,
): Promise<Uint8Array | undefined> {
  if (!('ImageDecoder' in globalThis)) return undefined;
  const decoder = new ImageDecoder({
    data: bytes,
    type,
    colorSpaceConversion: wanted.shown ? 'default' : 'none',
    // Chromium has it, the types have not.
    ...{ premultiplyAlpha: 'none' },
  });
  try {
    const { image } = await decoder.decode({ frameIndex: frame });
    try {
      checkSize(wanted, { width: image.displayWidth, height: image.displayHeight });
      const order = ORDERS[image.format ?? ''];
      if (order === undefined) return undefined;
      const stored = new Uint8Array(image.allocationSize());
      const [layout] = await image.copyTo(stored);
      const { offset = 0, stride = 4 * wanted.width } = layout ?? {};
      const pixels = new Uint8Array(4 * wanted.width * wanted.height);
      for (let y = 0, to = 0; y < wanted.height; y += 1) {
        for (let x = 0; x < wanted.width; x += 1, to += 4) {
          const from = offset + y * stride + 4 * x;
          for (let channel = 0; channel < 4; channel += 1) {
            const place = order[channel];
            pixels[to + channel] = place === undefined ? 255 : (stored[from + place] ?? 0);
          }
        }
      }
      return pixels;
    } finally {
      image.close();
    }
  } finally {
    decoder.close();
  }
}

function isClear(pixels: Uint8Array): boolean {
  for (let place = 3; place < pixels.length; place += 4) if (pixels[place] !== 255) return true;
  return false;
}

/** @throws Error where the decoder gives other sizes than the header says */
function checkSize({ width, height }: Wanted, found: { width: number; height: number }): void {
  if (found.width === width && found.height === height) return;
  throw new Error(`it has ${found.width} x ${found.height} pixels and says ${width} x ${height}`);
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
