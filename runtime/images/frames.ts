import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { Header } from './header.ts';
import { type ImageSource, nameOf } from './image-source.ts';
import { MAX_VIDEO_PIXELS } from './limits.ts';
import { normalise } from './normalise.ts';
import type { PictureReader } from './picture-reader.ts';
import type { PixelRule } from './pixel-rule.ts';

/** A moving GIF or WebP (path or bytes), the path of a folder of frames, or the frames themselves in order. */
export type VideoSource = ImageSource | readonly ImageSource[];

export type Frames = {
  /** [frames, 3, size, size]. */
  readonly pixels: Float32Array;
  readonly frames: number;
};

export type FrameOptions = { readonly frames?: number; readonly pixels?: PixelRule };

/**
 * Reads the frames of a video as the vision encoder takes them.
 *
 * @param preprocessing The manifest's `image`.
 * @param options.frames How many frames, from 1 to `maxFrames`; default: all, or `maxFrames` where there are more.
 * @throws UserError as `loadFrames`
 */
export async function readFrames(
  reader: PictureReader,
  source: VideoSource,
  preprocessing: ImagePreprocessing,
  options: FrameOptions = {},
): Promise<Frames> {
  const { size, maxFrames } = preprocessing;
  const video = await openVideo(reader, source, options.pixels ?? 'shown');
  const wanted = options.frames ?? Math.min(video.count, maxFrames);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > maxFrames) {
    throw new UserError(
      `${video.name} is asked for ${wanted} frames but the model takes from 1 to ${maxFrames}: ask for a whole number in that range.`,
    );
  }
  if (wanted > video.count) {
    throw new UserError(
      `${video.name} has ${video.count} frames but ${wanted} are asked for: ask for at most ${video.count}.`,
    );
  }
  if (maxFrames === 1 && video.count > 1 && options.frames === undefined) {
    throw new UserError(
      `${video.name} has ${video.count} frames but the model takes still images: ask for its middle frame (frames: 1 in code, --frames 1 on the command line), or use a model compiled for video.`,
    );
  }
  const pixels = new Float32Array(wanted * 3 * size * size);
  for (const [index, frame] of sampleFrames(video.count, wanted).entries()) {
    const picture = await video.decode(frame, preprocessing);
    normalise(picture, preprocessing, pixels.subarray(index * picture.length, (index + 1) * picture.length));
  }
  return { pixels, frames: wanted };
}

/** How many frames a video has. @throws UserError for a source that cannot be read, or a folder without pictures */
export async function countFrames(reader: PictureReader, source: VideoSource): Promise<number> {
  return (await openVideo(reader, source, 'shown')).count;
}

/**
 * Evenly spaced frames: the video is cut into `wanted` equal parts and the middle frame of each is taken.
 *
 * @returns `wanted` increasing indices from 0 to `count` - 1; all of them where `wanted` is `count`.
 */
export function sampleFrames(count: number, wanted: number): number[] {
  return Array.from({ length: wanted }, (_, index) => Math.floor(((2 * index + 1) * count) / (2 * wanted)));
}

type Video = {
  readonly name: string;
  readonly count: number;
  /** [size, size, 3] of one frame. */
  decode(frame: number, preprocessing: ImagePreprocessing): Promise<Uint8Array>;
};

async function openVideo(reader: PictureReader, source: VideoSource, rule: PixelRule): Promise<Video> {
  if (typeof source === 'string') {
    const pictures = await reader.picturesIn(source);
    if (pictures !== undefined) return openPictures(reader, `The folder '${source}'`, pictures, rule);
    return openFile(reader, source, await reader.readHeader(source, rule));
  }
  if (source instanceof Uint8Array) return openFile(reader, source, await reader.readHeader(source, rule));
  if (source.length === 0) throw new UserError('The video has no frames: pass at least one picture.');
  return openPictures(reader, 'The video', source, rule);
}

function openPictures(
  reader: PictureReader,
  name: string,
  pictures: readonly ImageSource[],
  rule: PixelRule,
): Video {
  return {
    name,
    count: pictures.length,
    async decode(frame, preprocessing) {
      const picture = pictures[frame];
      if (picture === undefined) throw new UserError(`${name} has no frame ${frame}.`);
      return reader.decode(picture, await reader.readHeader(picture, rule), preprocessing);
    },
  };
}

function openFile(reader: PictureReader, source: ImageSource, header: Header): Video {
  const { width, height, frames } = header;
  if (width * height * frames > MAX_VIDEO_PIXELS) {
    throw new UserError(
      `${nameOf(source)} has ${frames} frames of ${width} x ${height} pixels but at most ${MAX_VIDEO_PIXELS} pixels are read: shorten it or scale it down first.`,
    );
  }
  return {
    name: nameOf(source),
    count: frames,
    decode: (frame, preprocessing) => reader.decode(source, header, preprocessing, frame),
  };
}
