/** Weights of a block. */
export const BLOCK: i32 = 32;
/** Blocks whose farthest weights are found together. */
export const GROUP: i32 = 4;
/** Bytes of a block. */
export const WEIGHTS: i32 = 64;
export const VALUES: i32 = 16;
export const SUMS: i32 = 32;

/** The number that stands for zero. */
export const MIDDLE: i32 = 8;

/** The first halves of two blocks' vectors, in turns. */
export function pairsOfFirst(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 4, 1, 5);
}

export function pairsOfLast(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 2, 6, 3, 7);
}
