import type { VisionFamily, VisionFromConfig } from '../configs/vision-family.ts';
import { siglipFromConfig } from './config.ts';
import { siglip } from './siglip.ts';

const make: VisionFromConfig = (config) => siglip(siglipFromConfig(config));

export const visionFamily: VisionFamily = {
  name: 'SigLIP',
  models: { siglip: make, siglip_vision_model: make },
};
