/**
 * Which pixels a picture has. `shown`: those that a viewer shows: upright by EXIF, colour profiles and CMYK to sRGB,
 * alpha over white. `pillow`: those of Pillow's `Image.open(file).convert('RGB')`, which the original models were
 * trained with: as stored, without profiles, alpha dropped.
 */
export type PixelRule = 'shown' | 'pillow';
