import { Tensor } from 'onnxruntime-common';
import type { Tensors, WantedOutputs } from '../../session.ts';
import { KeyValueCache } from './key-value-cache.ts';
import { joinedRuns, placesOf, type Run, runsOf, sliceRuns } from './place-runs.ts';
import { type Beginning, beginningOf, type SpareMemory, sharedTokens } from './spare-memory.ts';
import {
  type CacheShape,
  joinStored,
  type StoredPart,
  type StoredTokens,
  sliceStored,
  tokensOf,
} from './stored-tokens.ts';

/** Where a row's tokens stand, in their order, and how many it may come to have. */
type Row = { readonly runs: readonly Run[]; readonly most: number };

/** So many places may be nobody's before the others are moved together. */
const UNUSED = 64;

/**
 * Keys and values of rows that stand side by side in one row of memory, of each layer `[1, keyValueHeads, room, headDim]`: what
 * several have in common is there once, and a run reads it once for all; `mask` says for each row which places are its own.
 */
export class SideBySideCache {
  readonly #shape: CacheShape;
  #memory: KeyValueCache;
  #rows: readonly Row[];
  /** What the first places were taken from, and how many of them hold it still. */
  readonly #beginning: Beginning;
  #begun: number;

  /**
   * @param beginnings for each row parts that follow each other
   * @param most tokens that each row may come to have
   * @param room tokens of each row for which memory is made at once, as so many are about to be read; default: as is needed
   * @param spare memory of others that may hold the first row's beginning already
   */
  constructor(
    shape: CacheShape,
    beginnings: readonly (readonly StoredPart[])[],
    { most, room = 0, spare }: { most: readonly number[]; room?: number; spare?: SpareMemory | undefined },
  ) {
    const [first = []] = beginnings;
    this.#shape = shape;
    this.#beginning = beginningOf(first);
    this.#begun = tokensOf(first);
    const parts = [...first];
    let end = this.#begun;
    let wanted = 0;
    this.#rows = beginnings.map((beginning, row) => {
      const length = tokensOf(beginning);
      const common = sharedTokens(this.#beginning, beginningOf(beginning));
      const rest = { first: end, end: end + length - common };
      if (common < length) parts.push({ stored: behind(beginning, common, shape), count: length - common });
      end = rest.end;
      wanted += Math.max(0, room - length);
      return { runs: joinedRuns([{ first: 0, end: common }, rest]), most: most[row] ?? 0 };
    });
    this.#memory = this.#memoryOf(parts, end + wanted, spare);
  }

  get rows(): number {
    return this.#rows.length;
  }

  /** Tokens of each row. */
  get lengths(): readonly number[] {
    return this.#rows.map(({ runs }) => placesOf(runs));
  }

  /** Places that a run looks at for each row. */
  get places(): number {
    const [places = 0] = this.#memory.lengths;
    return places;
  }

  get bytes(): number {
    return this.#memory.bytes;
  }

  get outputs(): WantedOutputs {
    return this.#memory.outputs;
  }

  feeds(): Tensors {
    return this.#memory.feeds();
  }

  /** Which places of the memory hold a row's tokens: 1; 0 for those of others and for what is unused. */
  mask(row: number): Uint8Array {
    const mask = this.#memory.mask(0).fill(0);
    for (const { first, end } of this.#rows[row]?.runs ?? []) mask.fill(1, first, end);
    return mask;
  }

  /** Takes in what a run gave, each of whose new tokens is one row's. */
  append(outputs: Tensors, real: readonly Uint8Array[]): void {
    const start = this.places;
    const after = this.#rows.map(({ runs, most }, row) => {
      const added = runsOf(real[row] ?? new Uint8Array(0));
      const grown = [...runs, ...added.map(({ first, end }) => ({ first: start + first, end: start + end }))];
      return { runs: joinedRuns(grown), most };
    });
    const full = after.find(({ runs, most }) => placesOf(runs) > most);
    if (full !== undefined)
      throw new Error(`the cache has room for ${full.most} tokens and ${placesOf(full.runs)} are needed`);
    this.#memory.append(outputs, [new Uint8Array(real[0]?.length ?? 0).fill(1)]);
    this.#rows = after;
  }

  /** A copy of what a row has stored of its tokens, from `first` up to `end`. */
  async copy(row: number, first: number, end: number): Promise<StoredTokens> {
    const runs = sliceRuns(this.#rows[row]?.runs ?? [], first, end);
    return joinStored(await this.#parts(runs), this.#shape);
  }

  /** Row i becomes what row `rows[i]` was: rows that were one have their tokens in common from then on. */
  async select(rows: readonly number[]): Promise<void> {
    const before = this.#rows;
    const after = rows.flatMap((row) => before[row] ?? []);
    if (after.length !== rows.length) throw new Error(`the cache has ${before.length} rows, not ${rows}`);
    this.#rows = after;
    const used = new Uint8Array(this.places);
    for (const { runs } of after) for (const { first, end } of runs) used.fill(1, first, end);
    const kept = runsOf(used);
    const unused = used.length - placesOf(kept);
    if (unused >= UNUSED && 4 * unused >= used.length) await this.#moveTogether(kept);
  }

  /** How many of a row's tokens another cache has in its first places as well. */
  #common(row: Row | undefined, other: SideBySideCache): number {
    const [first] = row?.runs ?? [];
    const begun = first?.first === 0 ? Math.min(first.end, this.#begun) : 0;
    return Math.min(begun, other.#begun, sharedTokens(this.#beginning, other.#beginning));
  }

  /** Places that `join` would add. */
  newPlaces(other: SideBySideCache): number {
    return other.#rows.reduce((sum, row) => sum + placesOf(row.runs) - other.#common(row, this), 0);
  }

  /** Takes in all rows of another cache of the same shape, behind its own; what it begins with as they do is not copied. */
  async join(other: SideBySideCache): Promise<void> {
    for (const [index, row] of other.#rows.entries()) {
      const common = other.#common(row, this);
      const rest = await other.copy(index, common, placesOf(row.runs));
      const { places } = this;
      this.#memory.append(this.#outputsOf(rest), [new Uint8Array(rest.tokens).fill(1)]);
      const runs = joinedRuns([
        { first: 0, end: common },
        { first: places, end: places + rest.tokens },
      ]);
      this.#rows = [...this.#rows, { runs, most: row.most }];
    }
  }

  /** A cache in which each row has its tokens in memory of its own; this one's is let go. */
  async apart(): Promise<KeyValueCache> {
    const shared = this.#rows.reduce(
      (least, { runs: [first] }) => Math.min(least, first?.first === 0 ? first.end : 0),
      this.places,
    );
    const [common] = await this.#parts(joinedRuns([{ first: 0, end: shared }]));
    const beginnings: (readonly StoredPart[])[] = [];
    for (const { runs } of this.#rows) {
      const rest = await this.#parts(sliceRuns(runs, shared, placesOf(runs)));
      beginnings.push(common === undefined ? rest : [common, ...rest]);
    }
    const most = this.#rows.map((row) => row.most);
    this.release();
    const cache = new KeyValueCache(this.#shape, { rows: most.length, mostLength: most });
    cache.begin(beginnings, 0);
    return cache;
  }

  /** Lets the memory go at once. The cache cannot be used afterwards. */
  release(): void {
    this.#memory.release();
    this.#rows = [];
  }

  /** Copies of places that follow each other. */
  async #parts(runs: readonly Run[]): Promise<StoredPart[]> {
    const parts: StoredPart[] = [];
    for (const { first, end } of runs)
      parts.push({ stored: await this.#memory.copy(0, first, end), count: end - first });
    return parts;
  }

  /** Leaves out the places that are no row's. */
  async #moveTogether(kept: readonly Run[]): Promise<void> {
    const parts = await this.#parts(kept);
    const placeOf = new Map<number, number>();
    for (const { first, end } of kept)
      for (let place = first; place < end; place++) placeOf.set(place, placeOf.size);
    const [begun] = kept;
    this.#begun = begun?.first === 0 ? Math.min(this.#begun, begun.end) : 0;
    this.#rows = this.#rows.map(({ runs, most }) => {
      const moved = runs.map(({ first, end }) => {
        const to = placeOf.get(first) ?? 0;
        return { first: to, end: to + end - first };
      });
      return { runs: joinedRuns(moved), most };
    });
    this.#memory.release();
    this.#memory = this.#memoryOf(parts, 0);
  }

  #memoryOf(parts: readonly StoredPart[], room: number, spare?: SpareMemory): KeyValueCache {
    const memory = new KeyValueCache(this.#shape, { rows: 1, mostLength: Number.POSITIVE_INFINITY });
    memory.begin([parts], room, spare);
    return memory;
  }

  /** What is stored as a run would have given it. */
  #outputsOf({ tokens, values }: StoredTokens): Tensors {
    const { keyValueHeads, headDim } = this.#shape;
    const dims = [1, keyValueHeads, tokens, headDim];
    return Object.fromEntries(
      [...values].map(([name, data]) => [`new_${name}`, new Tensor('float32', data, dims)]),
    );
  }
}

/** What follows the first tokens of a beginning. */
function behind(parts: readonly StoredPart[], first: number, shape: CacheShape): StoredTokens {
  return sliceStored(joinStored(parts, shape), shape, first, tokensOf(parts));
}
