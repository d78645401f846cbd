export { type Augmentation, augment } from './augment.ts';
export { PictureData, type PictureDataOptions } from './picture-data.ts';
export { drawsOf } from './random.ts';
export { shuffledRows } from './shuffled-rows.ts';
