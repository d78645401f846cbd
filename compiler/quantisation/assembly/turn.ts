/**
 * Puts rows of bytes as columns, and takes each from 128 above zero to two's complement.
 *
 * @param to where `width` rows of `rows` bytes go
 */
export function turn(values: usize, rows: i32, width: i32, to: usize): void {
  const flip = i8x16.splat(-128);
  for (let column = 0; column < width; column += 4) {
    const columns = min(4, width - column);
    const first = to + column * rows;
    let row = 0;
    for (; columns === 4 && row + 4 <= rows; row += 4) {
      const at = values + row * width + column;
      let four = v128.load32_zero(at);
      four = v128.load32_lane(at + width, four, 1);
      four = v128.load32_lane(at + 2 * width, four, 2);
      four = v128.load32_lane(at + 3 * width, four, 3);
      four = v128.xor(
        flip,
        v128.shuffle<i8>(four, four, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15),
      );
      v128.store32_lane(first + row, four, 0);
      v128.store32_lane(first + row + rows, four, 1);
      v128.store32_lane(first + row + 2 * rows, four, 2);
      v128.store32_lane(first + row + 3 * rows, four, 3);
    }
    for (; row < rows; row++) {
      for (let each = 0; each < columns; each++)
        store<u8>(first + each * rows + row, load<u8>(values + row * width + column + each) ^ 128);
    }
  }
}
