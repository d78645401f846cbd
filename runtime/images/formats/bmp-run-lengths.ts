/**
 * The numbers of colours of a bitmap in runs (BI_RLE8, BI_RLE4). What no run covers is colour 0.
 *
 * @param bytes from where the pixels start
 * @param half two pixels a byte
 * @returns [height, width], in the order stored
 * @throws Error where it ends before its end is marked
 */
export function decodeRunLengths(
  bytes: Uint8Array,
  width: number,
  height: number,
  half: boolean,
): Uint8Array {
  const indices = new Uint8Array(width * height);
  let place = 0;
  let x = 0;
  let y = 0;
  const next = (): number => {
    const byte = bytes[place++];
    if (byte === undefined) throw new Error('it ends before its last row');
    return byte;
  };
  const put = (index: number): void => {
    // What is past a row's end is lost.
    if (x < width) indices[y * width + x] = index;
    x += 1;
  };
  while (y < height) {
    const count = next();
    const value = next();
    if (count > 0) {
      for (let pixel = 0; pixel < count; pixel += 1)
        put(half ? (value >> (pixel % 2 === 0 ? 4 : 0)) & 15 : value);
    } else if (value === 0) {
      x = 0;
      y += 1;
    } else if (value === 1) return indices;
    else if (value === 2) {
      x += next();
      y += next();
    } else {
      let pair = 0;
      for (let pixel = 0; pixel < value; pixel += 1) {
        if (!half) put(next());
        else {
          if (pixel % 2 === 0) pair = next();
          put((pair >> (pixel % 2 === 0 ? 4 : 0)) & 15);
        }
      }
      // Literal pixels fill whole pairs of bytes.
      if ((half ? Math.ceil(value / 2) : value) % 2 === 1) place += 1;
    }
  }
  return indices;
}
