import { LIMITS } from '../../../dsl/limits.ts';

/** What pairs of tokens become, and which goes first, by `pairOf`: numbers, as objects take much more memory. */
export type Merges = Map<number, Merge>;

/** A rank and an id in one number. */
type Merge = number;

const IDS = LIMITS.tokenId.most + 1;

/** One number for two ids. */
export function pairOf(left: number, right: number): number {
  return left * IDS + right;
}

/** @param rank the lowest goes first; there are fewer than values in a file */
export function mergeOf(rank: number, id: number): Merge {
  return rank * IDS + id;
}

/** Joins pairs, that of the lowest rank first and the leftmost of equals, until none is left to join. */
export function mergeAll(ids: readonly number[], merges: Merges): readonly number[] {
  if (ids.length < 2) return ids;
  const token = Int32Array.from(ids);
  const next = Int32Array.from(ids, (_, place) => (place + 1 < ids.length ? place + 1 : -1));
  const previous = Int32Array.from(ids, (_, place) => place - 1);
  const joined = new Uint8Array(ids.length);
  const queue = new MergeQueue();
  const offer = (place: number) => {
    const right = next[place] ?? -1;
    if (right < 0) return;
    const merge = merges.get(pairOf(token[place] ?? 0, token[right] ?? 0));
    if (merge !== undefined) queue.add(Math.floor(merge / IDS), place, merge % IDS);
  };
  for (const place of ids.keys()) offer(place);
  for (let place = queue.take(); place !== undefined; place = queue.take()) {
    const right = next[place] ?? -1;
    if (joined[place] === 1 || right < 0) continue;
    const merge = merges.get(pairOf(token[place] ?? 0, token[right] ?? 0));
    // The pair may have become another since.
    if (merge === undefined || merge % IDS !== queue.lastId) continue;
    token[place] = queue.lastId;
    joined[right] = 1;
    const after = next[right] ?? -1;
    next[place] = after;
    if (after >= 0) previous[after] = place;
    const before = previous[place] ?? -1;
    if (before >= 0) offer(before);
    offer(place);
  }
  return [...token].filter((_, place) => joined[place] === 0);
}

/** A binary heap of places by rank, then by place. */
class MergeQueue {
  readonly #ranks: number[] = [];
  readonly #places: number[] = [];
  readonly #ids: number[] = [];
  /** What the pair that was taken last becomes. */
  lastId = -1;

  add(rank: number, place: number, id: number): void {
    let index = this.#ranks.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#before(rank, place, parent)) break;
      this.#move(parent, index);
      index = parent;
    }
    this.#set(index, rank, place, id);
  }

  take(): number | undefined {
    const first = this.#places[0];
    this.lastId = this.#ids[0] ?? -1;
    const rank = this.#ranks.pop() ?? 0;
    const place = this.#places.pop() ?? 0;
    const id = this.#ids.pop() ?? 0;
    const { length } = this.#ranks;
    if (length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      const other = child + 1;
      if (other < length && this.#before(this.#ranks[other] ?? 0, this.#places[other] ?? 0, child))
        child = other;
      if (this.#before(rank, place, child)) break;
      this.#move(child, index);
      index = child;
    }
    this.#set(index, rank, place, id);
    return first;
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#ranks[from] ?? 0, this.#places[from] ?? 0, this.#ids[from] ?? 0);
  }

  #set(index: number, rank: number, place: number, id: number): void {
    this.#ranks[index] = rank;
    this.#places[index] = place;
    this.#ids[index] = id;
  }

  #before(rank: number, place: number, index: number): boolean {
    const other = this.#ranks[index] ?? 0;
    return rank < other || (rank === other && place < (this.#places[index] ?? 0));
  }
}
