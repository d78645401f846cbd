// Written by `npm run registries`; add a file to the folder rather than edit this one.
import { imageProcessor as clip } from '../clip/image-processor.ts';
import { imageProcessor as dinov2 } from '../dinov2/image-processor.ts';
import { imageProcessor as idefics } from '../idefics/image-processor.ts';
import { imageProcessor as siglip } from '../siglip/image-processor.ts';
import { imageProcessor as vit } from '../vit/image-processor.ts';
import type { ImageProcessor } from './image-processor.ts';

/** Every class of image processors. */
export const IMAGE_PROCESSORS: readonly ImageProcessor[] = [
  clip,
  dinov2,
  idefics,
  siglip,
  vit,
];
