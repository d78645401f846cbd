import type { ImageProcessor } from '../configs/image-processor.ts';

/** DINOv2 has none of its own: its folders name Big Transfer's. */
export const imageProcessor: ImageProcessor = { className: 'Bit', original: 'bit_image_processor' };
