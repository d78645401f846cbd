import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import { roundHalfToEven } from './round.ts';

export type Size = { readonly width: number; readonly height: number };
export type Box = Size & { readonly left: number; readonly top: number };

/** From the picture to the network's input: crop, resize what is left, crop again. All sizes in pixels. */
export type Geometry = {
  /** The part of the picture that is looked at: all of it, unless it is far longer than wide. */
  readonly part: Box;
  /** Size that the part is resized to before that; left out: it is resized once. */
  readonly first?: Size;
  /** Size that the part is resized to. */
  readonly resized: Size;
  /** The part of that which becomes the input: `size` x `size`. */
  readonly crop: Box;
};

/** What of the manifest's `image` decides on sizes. */
type CropRules = Pick<ImagePreprocessing, 'size' | 'resize' | 'resizeTo' | 'cropStart' | 'longestEdge'>;

/** A longer picture loses its ends before it is resized: no pixel of them would survive the crop. */
const MOST_LENGTHS = 64;

/**
 * Sizes and offsets by the rules of torchvision's Resize(resizeTo) and CenterCrop(size), which CLIP uses with one number
 * for both: the short side becomes `resizeTo`, the long side int(resizeTo * long / short), and the crop starts at
 * round(rest / 2), halves to even (transformers: rounded down). For `stretch` both sides become `resizeTo`, after the longer one has
 * become `longestEdge` where there is one.
 */
export function geometryOf(
  picture: Size,
  { size, resize, resizeTo = size, cropStart = 'round', longestEdge }: CropRules,
): Geometry {
  const startOf = cropStart === 'round' ? roundHalfToEven : Math.floor;
  const cropOf = ({ width, height }: Size): Box => ({
    left: startOf((width - size) / 2),
    top: startOf((height - size) / 2),
    width: size,
    height: size,
  });
  if (resize === 'stretch') {
    const square = { width: resizeTo, height: resizeTo };
    return {
      part: wholeOf(picture),
      ...(longestEdge !== undefined && { first: sizeByLongestEdge(picture, longestEdge) }),
      ...{ resized: square, crop: cropOf(square) },
    };
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
    width: width <= height ? resizeTo : Math.trunc((resizeTo * width) / short),
    height: height <= width ? resizeTo : Math.trunc((resizeTo * height) / short),
  };
  return {
    part: { left, top, width, height },
    resized,
    crop: cropOf(resized),
  };
}

/** All of a picture. */
export function wholeOf({ width, height }: Size): Box {
  return { left: 0, top: 0, width, height };
}

/** A picture's size when its longer side has so many pixels: the other is rounded down, and then up to an even number. */
export function sizeByLongestEdge({ width, height }: Size, longest: number): Size {
  const shape = width / height;
  const even = (side: number) => Math.max(1, 2 * Math.ceil(Math.trunc(side) / 2));
  return width >= height
    ? { width: longest, height: even(longest / shape) }
    : { width: even(longest * shape), height: longest };
}
