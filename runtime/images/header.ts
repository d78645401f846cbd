import { UserError } from '../../artifact/user-error.ts';
import { MAX_FRAMES, MAX_PIXELS } from './limits.ts';
import type { PixelRule } from './pixel-rule.ts';

/** Size, format and number of frames of a picture that may be decoded. */
export type Header = {
  /** Of one frame; upright where the pixels are. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly format: string;
  /** Red, green and blue, the same under alpha, or four inks. */
  readonly colours: 'rgb' | 'alpha' | 'cmyk';
  readonly pixels: PixelRule;
};

/** @throws UserError for more pixels than are read */
export function checkPixels(name: string, width: number, height: number): void {
  if (width * height <= MAX_PIXELS) return;
  throw new UserError(
    `${name} is ${width} x ${height} pixels but at most ${MAX_PIXELS} pixels are read: scale it down first.`,
  );
}

/** @throws UserError for more frames than are read */
export function checkFrames(name: string, frames: number): void {
  if (frames > MAX_FRAMES) {
    throw new UserError(`${name} has ${frames} frames but at most ${MAX_FRAMES} are read: shorten it first.`);
  }
}
