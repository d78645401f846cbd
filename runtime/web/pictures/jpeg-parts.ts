import { type Orientation, orientationIn } from './exif-orientation.ts';

const APP1 = 0xffe1;
const SCAN = 0xffda;
const EXIF = 0x45786966;

/** Frames of ITU-T T.81: all markers from SOF0 to SOF15 that are no tables. */
const isFrame = (marker: number): boolean =>
  marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);

/** What the segments of a JPEG before its compressed data say. */
type JpegParts = { readonly orientation: Orientation | undefined; readonly components: number };

function partsOf(file: DataView): JpegParts {
  let orientation: Orientation | undefined;
  let segment = 2;
  while (segment + 10 < file.byteLength) {
    const marker = file.getUint16(segment);
    if (marker < 0xff00 || marker === SCAN) break;
    if (isFrame(marker)) return { orientation, components: file.getUint8(segment + 9) };
    if (marker === APP1 && file.getUint32(segment + 4) === EXIF)
      orientation ??= orientationIn(file, segment + 10);
    // A marker may be preceded by any number of 0xff.
    segment += marker === 0xffff ? 1 : 2 + file.getUint16(segment + 2);
  }
  return { orientation, components: 3 };
}

/**
 * A JPEG whose EXIF says that it is upright, so that a browser shows it as it is stored; no option says that to all
 * browsers.
 */
export function withUprightExif(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { orientation } = partsOf(new DataView(file.buffer, file.byteOffset, file.length));
  if (orientation === undefined) return file;
  const upright = file.slice();
  new DataView(upright.buffer).setUint16(orientation.at, 1, orientation.littleEndian);
  return upright;
}

/** Whether a JPEG is of four inks. */
export function isOfInks(file: Uint8Array): boolean {
  return partsOf(new DataView(file.buffer, file.byteOffset, file.length)).components === 4;
}
