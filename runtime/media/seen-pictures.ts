import type { TextLayout } from '../prompt/layout.ts';
import { PictureStack, type StackPictures } from './picture-stack.ts';
import type { EncodedMedia, Feeds, SeenMedia } from './way.ts';

/** How a way gives the language graph the pictures that texts still see. */
export interface SightFeeds {
  /** What was made of pictures, one row each. */
  readonly stack: StackPictures;
  /**
   * Which of them the new tokens see.
   *
   * @param rows for each sequence the rows of its pictures
   * @param count of all rows, at least 1
   */
  place(layout: TextLayout, rows: readonly (readonly number[])[], count: number): Feeds;
}

/** What texts still see of pictures by cross-attention. A picture that several sequences see is stored once. */
export class SeenPictures implements SeenMedia {
  readonly stack: PictureStack;
  readonly #way: SightFeeds;
  readonly #rows: readonly (readonly number[])[];

  private constructor(way: SightFeeds, stack: PictureStack, rows: readonly (readonly number[])[]) {
    this.stack = stack;
    this.#way = way;
    this.#rows = rows;
  }

  /** @param sights for each sequence the pictures that what follows it sees */
  static of(way: SightFeeds, sights: readonly (readonly EncodedMedia[])[]): SeenPictures {
    const rowOf = new Map<EncodedMedia, number>();
    for (const picture of sights.flat()) if (!rowOf.has(picture)) rowOf.set(picture, rowOf.size);
    const rows = sights.map((pictures) => pictures.map((picture) => rowOf.get(picture) ?? 0));
    return new SeenPictures(way, new PictureStack(way.stack, [...rowOf.keys()]), rows);
  }

  feeds(layout: TextLayout): Feeds {
    return this.#way.place(layout, this.#rows, Math.max(1, this.stack.pictures.length));
  }

  select(order: readonly number[]): SeenPictures {
    const rows = order.map((row) => this.#rows[row] ?? []);
    const kept = new SeenPictures(this.#way, this.stack, rows);
    // Copying costs more than carrying a few pictures that nobody sees any longer.
    return 2 * new Set(rows.flat()).size < this.stack.pictures.length
      ? SeenPictures.of(this.#way, kept.#sights())
      : kept;
  }

  join(other: SeenMedia): SeenPictures {
    if (!(other instanceof SeenPictures && other.#way === this.#way))
      throw new Error('what texts of two models see cannot be joined');
    return SeenPictures.of(this.#way, [...this.#sights(), ...other.#sights()]);
  }

  #sights(): EncodedMedia[][] {
    const { pictures } = this.stack;
    return this.#rows.map((rows) => rows.flatMap((row) => pictures.slice(row, row + 1)));
  }
}
