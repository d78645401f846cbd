import { type Feeds, type MediaInputs, mediaInputs, type SeenMedia } from '../media/way.ts';
import type { TextLayout } from '../prompt/layout.ts';
import type { DevicePictures } from './cache/device-pictures.ts';
import type { TextCache } from './cache/text-cache.ts';

/** Text that has been read and can be continued: one row per sequence. It holds memory until it is released. */
export class ReadText {
  readonly cache: TextCache;
  readonly #pictures: DevicePictures | undefined;
  #seen: SeenMedia | undefined;

  /**
   * @param pictures What keeps on the device what the text sees of pictures; undefined where it goes there with every run.
   */
  constructor(cache: TextCache, pictures: DevicePictures | undefined) {
    this.cache = cache;
    this.#pictures = pictures;
  }

  /** Bytes held, of its tokens and, on a device, of what it sees of pictures. */
  get bytes(): number {
    return this.cache.bytes + (this.#pictures?.bytes ?? 0);
  }

  /** Whether rows of another text can come behind its own. */
  get canJoin(): boolean {
    return this.#seen?.join !== undefined;
  }

  /** Sets what each row's next tokens see of pictures, when something has been read. */
  see(seen: SeenMedia): void {
    this.#seen = seen;
  }

  /** The inputs of media for a run of this text. */
  async feeds({ feeds, stack }: MediaInputs): Promise<Feeds> {
    if (stack === undefined) return feeds;
    const rows = this.#pictures === undefined ? stack.tensors : await this.#pictures.feeds(stack);
    return { ...feeds, ...rows };
  }

  /**
   * The inputs of media for new tokens.
   *
   * @param layout of sequences each of which goes on with a row
   * @param rows of each sequence the row; default: row i
   */
  async nextFeeds(layout: TextLayout, rows?: readonly number[]): Promise<Feeds> {
    const seen = this.#required();
    return this.feeds(mediaInputs(rows === undefined ? seen : seen.select(rows), layout));
  }

  /** Row i becomes what row `rows[i]` was. */
  async select(rows: readonly number[]): Promise<void> {
    await this.cache.select(rows);
    this.#seen = this.#required().select(rows);
  }

  /** The rows of another text behind its own, where `canJoin` says so; the other is released, whatever becomes of it. */
  async join(other: ReadText): Promise<void> {
    try {
      const seen = this.#required().join?.(other.#required());
      if (seen === undefined) throw new Error('what these texts see of pictures cannot be joined');
      await this.cache.join(other.cache);
      if (other.#pictures !== undefined) await this.#pictures?.join(other.#pictures);
      this.#seen = seen;
    } finally {
      other.release();
    }
  }

  /** Lets the memory go at once. The text cannot be used afterwards. */
  release(): void {
    this.cache.release();
    this.#pictures?.release();
  }

  #required(): SeenMedia {
    if (this.#seen === undefined) throw new Error('nothing of the text has been read');
    return this.#seen;
  }
}
