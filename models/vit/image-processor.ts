import type { ImageProcessor } from '../configs/image-processor.ts';

export const imageProcessor: ImageProcessor = { className: 'ViT', original: 'vit_image_processor' };
