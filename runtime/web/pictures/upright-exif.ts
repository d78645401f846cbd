/**
 * A JPEG whose EXIF says that it is upright, so that a browser shows it as it is stored; no option says that to all
 * browsers.
 */
export function withUprightExif(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const place = orientationPlace(new DataView(file.buffer, file.byteOffset, file.length));
  if (place === undefined) return file;
  const upright = file.slice();
  new DataView(upright.buffer).setUint16(place.at, 1, place.littleEndian);
  return upright;
}

const APP1 = 0xffe1;
const EXIF = 0x45786966;
const ORIENTATION = 0x0112;

/** Where the first directory of the EXIF has the orientation. */
function orientationPlace(file: DataView): { at: number; littleEndian: boolean } | undefined {
  let segment = 2;
  while (segment + 18 < file.byteLength) {
    const marker = file.getUint16(segment);
    if (marker < 0xff00 || marker === 0xffda) return undefined;
    if (marker === APP1 && file.getUint32(segment + 4) === EXIF) {
      const tiff = segment + 10;
      const littleEndian = file.getUint16(tiff) === 0x4949;
      const directory = tiff + file.getUint32(tiff + 4, littleEndian);
      if (directory + 2 > file.byteLength) return undefined;
      const entries = file.getUint16(directory, littleEndian);
      for (let entry = 0; entry < entries; entry += 1) {
        const at = directory + 2 + 12 * entry;
        if (at + 12 > file.byteLength) return undefined;
        if (file.getUint16(at, littleEndian) === ORIENTATION) return { at: at + 8, littleEndian };
      }
      return undefined;
    }
    segment += 2 + file.getUint16(segment + 2);
  }
  return undefined;
}
