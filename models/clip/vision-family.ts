import type { VisionFamily, VisionFromConfig } from '../configs/vision-family.ts';
import { clipVit } from './clip-vit.ts';
import { clipVitFromConfig } from './config.ts';

const make: VisionFromConfig = (config) => clipVit(clipVitFromConfig(config));

export const visionFamily: VisionFamily = { name: 'CLIP', models: { clip: make, clip_vision_model: make } };
