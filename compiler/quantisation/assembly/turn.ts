/** Rows and columns that are turned in registers. */
const ROWS: i32 = 8;
const COLUMNS: i32 = 16;
/** Columns that are turned for all rows before the next: a line of cache of each row. */
const NEAR: i32 = 64;

/**
 * Puts rows of bytes as columns, and takes each from 128 above zero to two's complement.
 *
 * @param to where the first of `width` rows of `rows` bytes goes
 * @param pitch bytes from one of them to the next
 */
export function turn(values: usize, rows: i32, width: i32, to: usize, pitch: i32): void {
  const wholeRows = rows - (rows % ROWS);
  const wholeColumns = width - (width % COLUMNS);
  for (let near = 0; near < wholeColumns; near += NEAR) {
    const end = min(near + NEAR, wholeColumns);
    for (let row = 0; row < wholeRows; row += ROWS) {
      for (let column = near; column < end; column += COLUMNS)
        turnTile(values + row * width + column, width, to + column * pitch + row, pitch);
    }
  }
  for (let row = 0; row < rows; row++) {
    // What tiles leave: the last columns, and all of the last rows.
    for (let column = row < wholeRows ? wholeColumns : 0; column < width; column++)
      store<u8>(to + column * pitch + row, load<u8>(values + row * width + column) ^ 128);
  }
}

function turnTile(from: usize, width: i32, to: usize, pitch: i32): void {
  const a = flipped(from);
  const b = flipped(from + width);
  const c = flipped(from + 2 * width);
  const d = flipped(from + 3 * width);
  const e = flipped(from + 4 * width);
  const f = flipped(from + 5 * width);
  const g = flipped(from + 6 * width);
  const h = flipped(from + 7 * width);
  turnHalf(firstInTurns(a, e), firstInTurns(b, f), firstInTurns(c, g), firstInTurns(d, h), to, pitch);
  turnHalf(lastInTurns(a, e), lastInTurns(b, f), lastInTurns(c, g), lastInTurns(d, h), to + 8 * pitch, pitch);
}

/** Writes eight columns, of which each vector has every fourth row. */
function turnHalf(ae: v128, bf: v128, cg: v128, dh: v128, to: usize, pitch: i32): void {
  const first = firstInTurns(ae, cg);
  const second = firstInTurns(bf, dh);
  const third = lastInTurns(ae, cg);
  const fourth = lastInTurns(bf, dh);
  storeTwo(firstInTurns(first, second), to, pitch);
  storeTwo(lastInTurns(first, second), to + 2 * pitch, pitch);
  storeTwo(firstInTurns(third, fourth), to + 4 * pitch, pitch);
  storeTwo(lastInTurns(third, fourth), to + 6 * pitch, pitch);
}

function flipped(at: usize): v128 {
  return v128.xor(v128.load(at), i8x16.splat(-128));
}

/** The first eight bytes of both, in turns. */
function firstInTurns(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

function lastInTurns(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

function storeTwo(columns: v128, to: usize, pitch: i32): void {
  v128.store64_lane(to, columns, 0);
  v128.store64_lane(to + pitch, columns, 1);
}
