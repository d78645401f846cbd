import { type ImagePreprocessing, imageSchema } from '../artifact/manifest.ts';
import { checkArgument } from './arguments/check-argument.ts';
import * as schemas from './arguments/schemas.ts';
import { filePictures } from './images/file-pictures.ts';
import {
  countFrames,
  type FrameOptions,
  type Frames,
  readFrames,
  type VideoSource,
} from './images/frames.ts';

export type { Frames, VideoSource } from './images/frames.ts';

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
  options: FrameOptions = {},
): Promise<Frames> {
  checkArgument('the video', schemas.videoSource, source);
  checkArgument('the preprocessing', imageSchema, preprocessing);
  checkArgument('the options of loadFrames', schemas.frameOptions, options);
  return readFrames(filePictures, source, preprocessing, options);
}

/** How many frames a video has. @throws UserError for a source that cannot be read, or a folder without pictures */
export async function frameCount(source: VideoSource): Promise<number> {
  return countFrames(filePictures, source);
}
