/**
 * Indices of the highest values, highest first; among equal values the lower index comes first. Values of -Infinity are
 * left out, so fewer than `count` may come back.
 *
 * One pass with a short sorted list: made for a few winners among many (beams, top-k), not for sorting everything.
 */
export function topKIndices(values: ArrayLike<number>, count: number): number[] {
  const indices: number[] = [];
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? -Infinity;
    if (!(value > -Infinity)) continue;
    if (found.length === count && value <= (found[count - 1] ?? Infinity)) continue;
    let place = found.length;
    while (place > 0 && (found[place - 1] ?? 0) < value) place--;
    found.splice(place, 0, value);
    indices.splice(place, 0, i);
    if (found.length > count) {
      found.pop();
      indices.pop();
    }
  }
  return indices;
}
