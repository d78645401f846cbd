/** Values that a benchmark's own metric needs of an item, as JSON keeps them. */
export type Fact = string | number | boolean | null | readonly Fact[] | { readonly [name: string]: Fact };

/** What an item shows, as its reader finds it. */
export type RawMedia =
  /** Pictures in a row, or none. */
  | { readonly images: readonly string[] }
  /**
   * A video: paths without an extension at which it may lie, the first that is there counting. `clip`: its beginning and end
   * in seconds, where it is a part of that.
   */
  | { readonly stems: readonly string[]; readonly clip?: readonly [start: number, end: number] };

/** What an item shows, found on the disk. */
export type ItemMedia =
  | { readonly images: readonly string[] }
  | { readonly video: string; readonly clip?: readonly [start: number, end: number] };

interface ItemFacts {
  /** Its own within the split. */
  readonly id: string;
  /** The question, or what else is given beside the picture; empty for captions. */
  readonly question: string;
  /** All that are right, or people's; the first is the one that it has as an example. */
  readonly answers: readonly string[];
  /** What is chosen among; the same list for items that share it. */
  readonly choices?: readonly string[];
  /** The right choice, from 0. */
  readonly label?: number;
  readonly facts?: Readonly<Record<string, Fact>>;
}

/** An item as its reader gives it. */
export interface RawItem extends ItemFacts {
  readonly media: RawMedia;
}

/** An item that can be asked. */
export interface BenchmarkItem extends ItemFacts {
  readonly media: ItemMedia;
}
