import type { ImageProcessor } from '../configs/image-processor.ts';

export const imageProcessor: ImageProcessor = { className: 'Siglip', original: 'siglip_image_processor' };
