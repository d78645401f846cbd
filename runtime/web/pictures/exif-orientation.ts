/** Where a TIFF directory of EXIF says how a picture is turned, and which way: 1 (upright) to 8. */
export type Orientation = { readonly at: number; readonly littleEndian: boolean; readonly value: number };

const ORIENTATION = 0x0112;

/**
 * The orientation that EXIF's first directory has; undefined where it has none, or is damaged.
 *
 * @param tiff where EXIF's TIFF header begins in the file
 */
export function orientationIn(file: DataView, tiff: number): Orientation | undefined {
  if (tiff + 8 > file.byteLength) return undefined;
  const littleEndian = file.getUint16(tiff) === 0x4949;
  const directory = tiff + file.getUint32(tiff + 4, littleEndian);
  if (directory + 2 > file.byteLength) return undefined;
  const entries = file.getUint16(directory, littleEndian);
  for (let entry = 0; entry < entries; entry += 1) {
    const at = directory + 2 + 12 * entry;
    if (at + 12 > file.byteLength) return undefined;
    if (file.getUint16(at, littleEndian) !== ORIENTATION) continue;
    return { at: at + 8, littleEndian, value: file.getUint16(at + 8, littleEndian) };
  }
  return undefined;
}

/** The way that EXIF says, or 1 where there is none that is known. */
export function wayOf(orientation: Orientation | undefined): number {
  const value = orientation?.value ?? 1;
  return value >= 1 && value <= 8 ? value : 1;
}
