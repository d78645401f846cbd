import type { VisionFamily } from '../configs/vision-family.ts';
import { vitFromConfig } from './config.ts';
import { vit } from './vit.ts';

export const visionFamily: VisionFamily = {
  name: 'ViT',
  models: { vit: (config) => vit(vitFromConfig(config)) },
};
