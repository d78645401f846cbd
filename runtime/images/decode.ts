import sharp, { type KernelEnum, type Metadata, type Sharp, type SharpOptions } from 'sharp';
import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import { plain } from '../../artifact/quoted.ts';
import { UserError } from '../../artifact/user-error.ts';
import { enlarge, shrunkOf } from './enlarge.ts';
import { RASTER_FORMATS } from './formats/index.ts';
import { type RasterFormat, withoutAlpha } from './formats/raster-format.ts';
import { mayBeSvg, readSvg } from './formats/svg.ts';
import { TooMuchToDraw } from './formats/svg-elements.ts';
import { type Geometry, geometryOf } from './geometry.ts';
import { checkFrames, checkPixels, type Header } from './header.ts';
import { heldBytes, LARGE_WEBP } from './held-bytes.ts';
import { decodeJpeg } from './jpeg.ts';
import { MAX_HELD_BYTES, MAX_PIXELS, MAX_SVG_SIDE } from './limits.ts';
import type { PixelRule } from './pixel-rule.ts';
import { WHOLE_JPEG } from './shrunk-jpeg.ts';
import { checkSource, type ImageSource, nameOf, readBytes, readStart } from './source.ts';
import { storedPixels } from './stored-pixels.ts';

const KERNELS: Record<ImagePreprocessing['interpolation'], keyof KernelEnum> = {
  lanczos: 'lanczos3',
  // Nearest to Pillow's bicubic of the kernels that sharp has; both are Keys' cubic with a = -0.5.
  bicubic: 'cubic',
  bilinear: 'linear',
  nearest: 'nearest',
};

/** What sharp reads that is a picture; it also opens libvips' own files. */
const SHARP_FORMATS: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'gif', 'heif', 'tiff', 'svg']);

// A picture is read once. Kept, it would take memory, and a file that changed under the same name would look the same.
sharp.cache(false);

/**
 * Reads a picture's header.
 *
 * @param pixels default `shown`
 * @throws UserError for a source that is missing, empty, no picture, or larger than `limits.ts` says.
 */
export async function readHeader(source: ImageSource, pixels: PixelRule = 'shown'): Promise<Header> {
  await checkSource(source);
  const name = nameOf(source);
  const start = await readStart(source, HEADER_BYTES);
  const own = formatOf(start);
  if (own !== undefined) {
    const { width, height } = guarded(name, () => own.size(start));
    checkPixels(name, width, height);
    checkHeld(name, own.name, 4 * width * height);
    return { width, height, frames: 1, format: own.name, colours: 'rgb', pixels };
  }
  if (guarded(name, () => mayBeSvg(start))) return readSvgHeader(source);
  let metadata: Metadata;
  try {
    metadata = await sharp(source, { limitInputPixels: false, failOn: 'none' }).metadata();
  } catch (error) {
    throw imageError(name, error);
  }
  const { format, pages: frames = 1 } = metadata;
  if (!SHARP_FORMATS.has(format) || format === 'svg') throw unknownFormat(name);
  const { width, height } = pixels === 'shown' ? metadata.autoOrient : metadata;
  checkPixels(name, width, height);
  checkHeld(name, format, heldBytes(metadata, pixels));
  checkFrames(name, frames);
  return { width, height, frames, format, colours: coloursOf(metadata), pixels };
}

function coloursOf({ space, hasAlpha }: Metadata): Header['colours'] {
  if (space === 'cmyk') return 'cmyk';
  return hasAlpha ? 'alpha' : 'rgb';
}

/** Enough for every header but that of an SVG, which is read whole. */
const HEADER_BYTES = 2 ** 16;

function formatOf(start: Uint8Array): RasterFormat | undefined {
  return RASTER_FORMATS.find((format) => format.matches(start));
}

async function readSvgHeader(source: ImageSource): Promise<Header> {
  const name = nameOf(source);
  const file = await readBytes(source);
  const svg = guarded(name, () => readSvg(file));
  if (svg === undefined) throw unknownFormat(name);
  const { width, height } = svg;
  checkPixels(name, width, height);
  if (Math.max(width, height) > MAX_SVG_SIDE) {
    throw new UserError(
      `${name} is ${width} x ${height} pixels but a side of an SVG has at most ${MAX_SVG_SIDE}: give it a smaller width and height.`,
    );
  }
  await checkHeldPictures(name, svg.pictures);
  // Pillow reads none.
  return { width, height, frames: 1, format: 'svg', colours: 'rgb', pixels: 'shown' };
}

/** What draws an SVG decodes the pictures in it whole, however large they are. */
async function checkHeldPictures(name: string, addresses: ReadonlySet<string>): Promise<void> {
  let pixels = 0;
  for (const address of addresses) {
    const answer = await fetch(address).catch(() => undefined);
    const bytes = new Uint8Array((await answer?.arrayBuffer()) ?? []);
    const held = await readHeader(bytes).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(`${name} holds a picture that cannot be read: ${error.message}`);
    });
    if (held.format === 'svg')
      throw new UserError(`${name} holds another SVG, which is not drawn: save it as PNG.`);
    pixels += held.width * held.height;
  }
  checkHeld(name, 'svg', 4 * pixels);
}

function checkHeld(name: string, format: string, bytes: number): void {
  if (bytes <= MAX_HELD_BYTES) return;
  throw new UserError(
    `${name} would take ${Math.ceil(bytes / 2 ** 20)} MiB to decode, as a ${format} of its kind is held whole, but at most ${MAX_HELD_BYTES / 2 ** 20} MiB are used: scale it down first, or save it as a PNG or JPEG that is neither interlaced nor progressive.`,
  );
}

/** What sharp reads the pixels from. */
type Input = { readonly data: ImageSource; readonly options: SharpOptions };

async function openInput(source: ImageSource, header: Header, frame: number): Promise<Input> {
  const own = RASTER_FORMATS.find(({ name }) => name === header.format);
  if (own !== undefined) {
    const decoded = own.decode(await readBytes(source));
    const { pixels, ...raw } = header.pixels === 'pillow' ? withoutAlpha(decoded) : decoded;
    return { data: pixels, options: { raw } };
  }
  if (header.format === 'svg') {
    const svg = readSvg(await readBytes(source));
    if (svg === undefined) throw new Error('it has changed while it was read');
    return { data: svg.bytes, options: {} };
  }
  const { colours } = header;
  if (colours !== 'rgb' && header.pixels === 'pillow')
    return storedPixels(source, { ...header, colours }, frame);
  return { data: source, options: frame > 0 ? { page: frame } : {} };
}

/**
 * Decodes one frame to the network's input size: the pixels that the header's rule says, resized and cropped as
 * `preprocessing` says.
 *
 * @param frame From 0.
 * @param geometry Other sizes than those of `preprocessing`.
 * @returns [size, size, 3], or as large as the crop of `geometry`; 0 to 255.
 * @throws UserError for a truncated or damaged picture.
 */
export async function decodePicture(
  source: ImageSource,
  header: Header,
  preprocessing: Omit<ImagePreprocessing, 'mean' | 'std' | 'maxFrames'>,
  frame = 0,
  geometry: Geometry = geometryOf(header, preprocessing),
): Promise<Uint8Array> {
  const { interpolation } = preprocessing;
  const { part } = geometry;
  const shrunk = shrunkOf(geometry);
  const { format, pixels, width, height } = header;
  const shown = pixels === 'shown';
  // sharp does not let libjpeg shrink a JPEG where a part is cut out of it, be it the whole.
  const isWhole = format === 'jpeg' && width * height <= WHOLE_JPEG;
  const name = frame === 0 ? nameOf(source) : `Frame ${frame} of ${nameOf(source)}`;
  let raw: Uint8Array;
  try {
    const input = await openInput(source, header, frame);
    const pipelineOf = (data: ImageSource, failOn: 'warning' | 'error'): Sharp => {
      const opened = sharp(data, {
        limitInputPixels: MAX_PIXELS,
        failOn,
        ignoreIcc: !shown,
        ...input.options,
      });
      const pipeline = shown ? opened.autoOrient().flatten({ background: '#ffffff' }) : opened.removeAlpha();
      pipeline.toColourspace('srgb');
      if (part.width < width || part.height < height || isWhole) pipeline.extract(part);
      return pipeline
        .resize({
          ...shrunk,
          fit: 'fill',
          kernel: KERNELS[interpolation],
          // Leaves a factor of two to the kernel where a JPEG is shrunk as it is decoded: closer to Pillow.
          fastShrinkOnLoad: format === 'webp' && width * height > LARGE_WEBP,
        })
        .raw({ depth: 'uchar' });
    };
    // Formats with checksums warn of harmless things alone.
    raw =
      format === 'jpeg'
        ? await decodeJpeg(input.data, pipelineOf)
        : await pipelineOf(input.data, 'error').toBuffer();
  } catch (error) {
    throw imageError(name, error);
  }
  const expected = shrunk.width * shrunk.height * 3;
  if (raw.length !== expected) {
    throw new UserError(
      `${name} decodes to ${raw.length} bytes but ${expected} are expected: save it as an RGB PNG.`,
    );
  }
  return enlarge(raw, shrunk, geometry, interpolation);
}

/** What `work` gives; what it throws is the picture's fault. */
function guarded<R>(name: string, work: () => R): R {
  try {
    return work();
  } catch (error) {
    throw imageError(name, error);
  }
}

function unknownFormat(name: string): UserError {
  return new UserError(
    `${name} is not a picture in a format that can be read: save it as JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP, PPM or SVG.`,
  );
}

/** A library's own words may quote the file at any length. */
const LONGEST_REASON = 300;

function imageError(name: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  if (error instanceof TooMuchToDraw) {
    return new UserError(`${name} is not drawn, since ${error.message}: simplify it, or save it as PNG.`);
  }
  const message = error instanceof Error ? error.message : String(error);
  if (/unsupported image format/i.test(message)) return unknownFormat(name);
  // What libvips says of a whole TIFF in Lab.
  if (/bad labq format/i.test(message))
    return new UserError(`${name} is in the colour space Lab, which is not read: save it as RGB.`);
  const [first = ''] = message
    .replace(/^(Input (file|buffer) has corrupt header|Warning treated as error.*):?\s*/i, '')
    .split('\n');
  // libvips does not always say.
  const reason = /^unknown error$/i.test(first) ? '' : first.trim().replace(/\.$/, '');
  return new UserError(
    `${name} is truncated or damaged${reason === '' ? '' : ` (${plain(reason, LONGEST_REASON)})`}: copy or download it again, or save it again as PNG.`,
  );
}
