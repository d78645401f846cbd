/** The tokens of a vocabulary in order, to find those that a text begins with; half the size of a tree of letters. */
export class SortedTokens {
  readonly #tokens: readonly string[];
  readonly #ids: Int32Array;

  constructor(ids: ReadonlyMap<string, number>) {
    const tokens = [...ids.keys()].filter((token) => token !== '').sort();
    this.#tokens = tokens;
    this.#ids = Int32Array.from(tokens, (token) => ids.get(token) ?? 0);
  }

  /** Where each token ends that stands at a place of a text, the shortest first, and its id. */
  *prefixesAt(text: string, start: number): Generator<readonly [end: number, id: number]> {
    let low = 0;
    let high = this.#tokens.length;
    for (let end = start; end < text.length && low < high; ) {
      const unit = text.charCodeAt(end);
      low = this.#firstFrom(low, high, end - start, unit);
      high = this.#firstFrom(low, high, end - start, unit + 1);
      end += 1;
      // The token that ends here comes before those that go on.
      if (low < high && this.#tokens[low]?.length === end - start) yield [end, this.#ids[low] ?? 0];
    }
  }

  /** Of tokens that are alike up to a depth, the first whose code unit there is not below the one given. */
  #firstFrom(low: number, high: number, depth: number, unit: number): number {
    let first = low;
    let last = high;
    while (first < last) {
      const middle = (first + last) >>> 1;
      // Past a token's end there is NaN, which nothing is below: it comes first.
      const found = this.#tokens[middle]?.charCodeAt(depth) ?? 0;
      if (found >= unit) last = middle;
      else first = middle + 1;
    }
    return first;
  }
}
