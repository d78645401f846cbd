/** What one axis of a pattern is made of: a named part, or a number written out. */
export type Factor = string | number;

/**
 * One place of a pattern. An axis has one factor (`t`), several (`(h d)`) or none (`1` and `()`: an axis of size 1);
 * `...` stands for any number of axes that are passed through.
 */
export type Item =
  | { readonly kind: 'axis'; readonly factors: readonly Factor[] }
  | { readonly kind: 'ellipsis' };

export type Side = readonly Item[];

/** `'b i d, b j d -> b i j'`: the operands before the arrow (one for all but einsum) and the result after it. */
export interface Pattern {
  readonly operands: readonly Side[];
  readonly result: Side;
}

/** The names of one side in the order they are written. */
export function namesOf(side: Side): readonly string[] {
  return side
    .flatMap((item) => (item.kind === 'axis' ? item.factors : []))
    .filter((factor) => typeof factor === 'string');
}

/** One place as the author wrote it: `t`, `(h d)`, `1`, `...`. */
export function describeItem(item: Item): string {
  if (item.kind === 'ellipsis') return '...';
  if (item.factors.length === 0) return '1';
  return item.factors.length === 1 ? `${item.factors[0]}` : `(${item.factors.join(' ')})`;
}

export function describeSide(side: Side): string {
  return side.map(describeItem).join(' ');
}
