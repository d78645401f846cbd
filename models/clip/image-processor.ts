import type { ImageProcessor } from '../configs/image-processor.ts';

export const imageProcessor: ImageProcessor = { className: 'CLIP', original: 'clip_image_processor' };
