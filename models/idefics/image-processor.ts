import type { ImageProcessor } from '../configs/image-processor.ts';

export const imageProcessor: ImageProcessor = { className: 'Idefics', original: 'idefics_image_processor' };
