import type { VisionFamily, VisionFromConfig } from '../configs/vision-family.ts';
import { dinov2FromConfig } from './config.ts';
import { dinov2 } from './dinov2.ts';

const make: VisionFromConfig = (config, image) => dinov2(dinov2FromConfig(config, image));

export const visionFamily: VisionFamily = {
  name: 'DINOv2',
  models: { dinov2: make, dinov2_with_registers: make },
};
