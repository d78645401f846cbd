import { normFreeResnet } from '../nfnet/norm-free-resnet.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';

/** Height and width of a picture, in pixels. */
export const PICTURE_SIZE = 48;

/** The emoji model's vision encoder: 2.2 million weights, 36 features of width 192 for a picture of 48x48 pixels. */
export function emojiVision(): VisionEncoder {
  return normFreeResnet({ image: PICTURE_SIZE, widths: [48, 96, 192], depths: [1, 2, 3] });
}
