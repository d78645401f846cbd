import type { Random } from '../random.ts';

/** How far beyond either drawing a channel may go, as a part of their distance. */
const BEYOND = 0.4;

/**
 * Features of drawings that no artist made: each channel lies somewhere on the line through two drawings of the same
 * thing, between them or a little beyond. What artists differ in is so made to differ more, which is what learning to
 * see through an unknown artist's hand asks for.
 *
 * @param first features `[pictures, places, dim]`, which are overwritten
 * @param second of the same shape: the same things by others
 */
export function mixDrawings(
  first: Float32Array,
  second: Float32Array,
  { places, dim }: { readonly places: number; readonly dim: number },
  random: Random,
): void {
  const part = new Float32Array(dim);
  for (let start = 0; start < first.length; start += places * dim) {
    for (let channel = 0; channel < dim; channel += 1) part[channel] = random.between(-BEYOND, 1 + BEYOND);
    for (let place = 0; place < places; place += 1) {
      for (let channel = 0; channel < dim; channel += 1) {
        const index = start + place * dim + channel;
        const own = first[index] ?? 0;
        first[index] = own + (part[channel] ?? 0) * ((second[index] ?? 0) - own);
      }
    }
  }
}
