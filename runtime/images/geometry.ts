import type { ImagePreprocessing } from '../../artifact/manifest.ts';

export type Size = { readonly width: number; readonly height: number };
export type Box = Size & { readonly left: number; readonly top: number };

/** From the picture to the network's input: crop, resize what is left, crop again. All sizes in pixels. */
export type Geometry = {
  /** The part of the picture that is looked at: all of it, unless it is far longer than wide. */
  readonly part: Box;
  /** Size that the part is resized to. */
  readonly resized: Size;
  /** The part of that which becomes the input: `size` x `size`. */
  readonly crop: Box;
};

/** A longer picture loses its ends before it is resized: no pixel of them would survive the crop. */
const MOST_LENGTHS = 64;

/**
 * Sizes and offsets by the rules of torchvision's Resize(size) and CenterCrop(size), which CLIP uses: the short side
 * becomes `size`, the long side int(size * long / short), and the crop starts at round(rest / 2), halves to even.
 * For `stretch` both sides become `size`.
 */
export function geometryOf(
  picture: Size,
  { size, resize }: Pick<ImagePreprocessing, 'size' | 'resize'>,
): Geometry {
  if (resize === 'stretch') {
    const square = { width: size, height: size };
    return { part: { left: 0, top: 0, ...picture }, resized: square, crop: { left: 0, top: 0, ...square } };
  }
  const short = Math.min(picture.width, picture.height);
  const middle = (length: number): readonly [start: number, length: number] => {
    // Taking an even number of pixels away leaves the middle where it was.
    const removed = Math.max(0, Math.floor((length - MOST_LENGTHS * short) / 2));
    return [removed, length - 2 * removed];
  };
  const [left, width] = middle(picture.width);
  const [top, height] = middle(picture.height);
  const resized = {
    width: width <= height ? size : Math.trunc((size * width) / short),
    height: height <= width ? size : Math.trunc((size * height) / short),
  };
  return {
    part: { left, top, width, height },
    resized,
    crop: {
      left: roundHalfToEven((resized.width - size) / 2),
      top: roundHalfToEven((resized.height - size) / 2),
      width: size,
      height: size,
    },
  };
}

/** Python's round(). */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
