/**
 * Which layers of the language model have a gated cross-attention block before them, for a block every n layers:
 * `from-first` is the paper's and Idefics' rule, layers 0, n, 2n, …; `from-nth` is OpenFlamingo's, layers n-1, 2n-1, ….
 */
export type InsertionRule = 'from-first' | 'from-nth';

/** All of them, the paper's first. */
export const INSERTION_RULES = ['from-first', 'from-nth'] as const satisfies readonly InsertionRule[];

/**
 * The layers, ascending, that get a block. `insertionPlaces(80, 7, 'from-first')` are 12 places, as in Flamingo-80B.
 * Empty when no layer qualifies; `flamingo` refuses that.
 */
export function insertionPlaces(layers: number, every: number, rule: InsertionRule): readonly number[] {
  const remainder = rule === 'from-first' ? 0 : every - 1;
  return Array.from({ length: layers }, (_, layer) => layer).filter((layer) => layer % every === remainder);
}
