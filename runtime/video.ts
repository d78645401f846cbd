import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImagePreprocessing, imageSchema } from '../artifact/manifest.ts';
import { UserError } from '../artifact/user-error.ts';
import { checkArgument } from './arguments/check-argument.ts';
import * as schemas from './arguments/schemas.ts';
import { decodePicture, type Header, readHeader } from './images/decode.ts';
import { MAX_VIDEO_PIXELS } from './images/limits.ts';
import { normalise } from './images/normalise.ts';
import type { PixelRule } from './images/pixel-rule.ts';
import { type ImageSource, nameOf, statOf } from './images/source.ts';

/** A moving GIF or WebP (path or bytes), the path of a folder of frames, or the frames themselves in order. */
export type VideoSource = ImageSource | readonly ImageSource[];

export type Frames = {
  /** [frames, 3, size, size]. */
  readonly pixels: Float32Array;
  readonly frames: number;
};

const FRAME_FILE = /\.(jpe?g|png|webp|gif|avif|tiff?|bmp|p[bgp]m|svgz?)$/i;

/**
 * Reads the frames of a video as the vision encoder takes them, each preprocessed as `loadImage` does. Of a video
 * with more frames than wanted evenly spaced ones are taken: see `sampleFrames`. How long each is shown plays no part.
 * A folder's frames are its picture files in natural order (frame-2 before frame-10). One frame is decoded at a time.
 *
 * @param source The video.
 * @param preprocessing The manifest's `image`.
 * @param options.pixels Default `shown`.
 * @param options.frames How many frames, from 1 to `maxFrames`; default: all, or `maxFrames` where there are more.
 * @throws UserError for a source that cannot be read, fewer frames than asked for, a folder without pictures, or
 *   several frames for a model of still images (`maxFrames` 1) without `frames: 1`.
 */
export async function loadFrames(
  source: VideoSource,
  preprocessing: ImagePreprocessing,
  options: { readonly frames?: number; readonly pixels?: PixelRule } = {},
): Promise<Frames> {
  checkArgument('the video', schemas.videoSource, source);
  checkArgument('the preprocessing', imageSchema, preprocessing);
  checkArgument('the options of loadFrames', schemas.frameOptions, options);
  const { size, maxFrames } = preprocessing;
  const video = await openVideo(source, options.pixels ?? 'shown');
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
export async function frameCount(source: VideoSource): Promise<number> {
  return (await openVideo(source, 'shown')).count;
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

async function openVideo(source: VideoSource, rule: PixelRule): Promise<Video> {
  if (typeof source === 'string') {
    const found = await statOf(source);
    if (found?.isDirectory() === true) {
      const files = (await readdir(source)).filter((file) => FRAME_FILE.test(file) && !file.startsWith('.'));
      if (files.length === 0) {
        throw new UserError(
          `The folder '${source}' has no pictures but a video's frames are expected: put numbered JPEG or PNG files in it.`,
        );
      }
      const { compare } = new Intl.Collator('en', { numeric: true });
      files.sort((a, b) => compare(a, b) || (a < b ? -1 : 1));
      return openPictures(
        `The folder '${source}'`,
        files.map((file) => join(source, file)),
        rule,
      );
    }
    return openFile(source, await readHeader(source, rule));
  }
  if (source instanceof Uint8Array) return openFile(source, await readHeader(source, rule));
  if (source.length === 0) throw new UserError('The video has no frames: pass at least one picture.');
  return openPictures('The video', source, rule);
}

function openPictures(name: string, pictures: readonly ImageSource[], rule: PixelRule): Video {
  return {
    name,
    count: pictures.length,
    async decode(frame, preprocessing) {
      const picture = pictures[frame];
      if (picture === undefined) throw new UserError(`${name} has no frame ${frame}.`);
      return decodePicture(picture, await readHeader(picture, rule), preprocessing);
    },
  };
}

function openFile(source: ImageSource, header: Header): Video {
  const { width, height, frames } = header;
  if (width * height * frames > MAX_VIDEO_PIXELS) {
    throw new UserError(
      `${nameOf(source)} has ${frames} frames of ${width} x ${height} pixels but at most ${MAX_VIDEO_PIXELS} pixels are read: shorten it or scale it down first.`,
    );
  }
  return {
    name: nameOf(source),
    count: frames,
    decode: (frame, preprocessing) => decodePicture(source, header, preprocessing, frame),
  };
}
