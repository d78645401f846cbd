import type { StoredData } from './stored-dtype.ts';

/** Whether elements lie side by side, the last axis fastest. The stride of an axis of one element does not matter. */
export function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  if (shape.includes(0)) return true;
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    if (size !== 1 && strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}

/** Elements from the first to the last of a strided tensor, both included: what must be read to have them all. */
export function spanOf(shape: readonly number[], strides: readonly number[]): number {
  if (shape.includes(0)) return 0;
  return 1 + shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), 0);
}

/**
 * Puts the elements of a strided tensor side by side.
 *
 * @param span its elements from the first to the last, `spanOf` of them
 * @param into an array of the same type with a place for every element
 */
export function gatherStrided(
  span: StoredData,
  shape: readonly number[],
  strides: readonly number[],
  into: StoredData,
): StoredData {
  if (into.length === 0) return into;
  const index = shape.map(() => 0);
  let from = 0;
  for (let element = 0; element < into.length; element++) {
    // Both are of the same type: the tensor's own.
    into[element] = span[from] as number & bigint;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      const stride = strides[axis] ?? 0;
      if (next < (shape[axis] ?? 1)) {
        index[axis] = next;
        from += stride;
        break;
      }
      index[axis] = 0;
      from -= (next - 1) * stride;
    }
  }
  return into;
}
