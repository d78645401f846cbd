import { bmp } from './bmp.ts';
import { netpbm } from './netpbm.ts';
import type { RasterFormat } from './raster-format.ts';

/** Formats that are decoded here. A further one is a file beside these and a name in this list. */
export const RASTER_FORMATS: readonly RasterFormat[] = [bmp, netpbm];
