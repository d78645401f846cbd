export type CacheShape = {
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly headDim: number;
};

/**
 * Keys and values of consecutive tokens of one row, apart from any cache: `key.{i}` and `value.{i}` of each layer,
 * `[keyValueHeads, tokens, headDim]`.
 */
export type StoredTokens = {
  readonly tokens: number;
  readonly values: ReadonlyMap<string, Float32Array>;
};

/** The first `count` of stored tokens. */
export type StoredPart = { readonly stored: StoredTokens; readonly count: number };

/** How many tokens such parts are together. */
export function tokensOf(parts: readonly StoredPart[]): number {
  return parts.reduce((sum, { count }) => sum + count, 0);
}

/** The names of what is stored, layer by layer. */
export function storedNames({ layers }: Pick<CacheShape, 'layers'>): readonly string[] {
  return Array.from({ length: layers }, (_, layer) => [`key.${layer}`, `value.${layer}`]).flat();
}

/** A copy of some of them, from `first` up to `end`. */
export function sliceStored(
  { tokens, values }: StoredTokens,
  { keyValueHeads, headDim }: CacheShape,
  first: number,
  end: number,
): StoredTokens {
  const count = end - first;
  const sliced = [...values].map(([name, all]): [string, Float32Array] => {
    const part = new Float32Array(keyValueHeads * count * headDim);
    for (let head = 0; head < keyValueHeads; head++) {
      const from = (head * tokens + first) * headDim;
      part.set(all.subarray(from, from + count * headDim), head * count * headDim);
    }
    return [name, part];
  });
  return { tokens: count, values: new Map(sliced) };
}

/** Parts that follow each other as one. */
export function joinStored(parts: readonly StoredPart[], shape: CacheShape): StoredTokens {
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0 && only.count === only.stored.tokens) return only.stored;
  const { keyValueHeads, headDim } = shape;
  const tokens = tokensOf(parts);
  const joined = storedNames(shape).map((name): [string, Float32Array] => {
    const all = new Float32Array(keyValueHeads * tokens * headDim);
    for (let head = 0; head < keyValueHeads; head++) {
      let place = head * tokens * headDim;
      for (const { stored, count } of parts) {
        const from = head * stored.tokens * headDim;
        const values = stored.values.get(name) ?? new Float32Array(0);
        all.set(values.subarray(from, from + count * headDim), place);
        place += count * headDim;
      }
    }
    return [name, all];
  });
  return { tokens, values: new Map(joined) };
}
