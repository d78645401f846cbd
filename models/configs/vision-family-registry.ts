// Written by `npm run registries`; add a file to the folder rather than edit this one.
import { visionFamily as clip } from '../clip/vision-family.ts';
import { visionFamily as dinov2 } from '../dinov2/vision-family.ts';
import { visionFamily as siglip } from '../siglip/vision-family.ts';
import { visionFamily as vit } from '../vit/vision-family.ts';
import type { VisionFamily } from './vision-family.ts';

/** Every family of vision encoders. */
export const VISION_FAMILIES: readonly VisionFamily[] = [
  clip,
  dinov2,
  siglip,
  vit,
];
