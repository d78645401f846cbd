/** The browser's cache of models' files. `caches.delete(CACHE)` in a page empties it. */
export const CACHE = 'flamingo-onnx';

/** Files by their content: one that was changed on the server is another. */
export class FileCache {
  readonly #cache: Cache | undefined;
  readonly #onNote: (sentence: string) => void;
  #noted = false;

  private constructor(cache: Cache | undefined, onNote: (sentence: string) => void) {
    this.#cache = cache;
    this.#onNote = onNote;
  }

  /**
   * @param wanted false: nothing is kept
   * @param onNote told, in a sentence, once, why files are not kept
   */
  static async open(wanted: boolean, onNote: (sentence: string) => void): Promise<FileCache> {
    if (!wanted) return new FileCache(undefined, onNote);
    if (!('caches' in globalThis)) {
      onNote(
        'The model is downloaded anew each time, as browsers keep files on pages with https or of localhost alone: serve the page so.',
      );
      return new FileCache(undefined, onNote);
    }
    try {
      return new FileCache(await caches.open(CACHE), onNote);
    } catch (error) {
      const cache = new FileCache(undefined, onNote);
      cache.#note(error);
      return cache;
    }
  }

  /** The file, where it is kept whole. */
  async find(address: string, content: string, bytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const kept = await this.#cache?.match(keyOf(address, content));
      const found = kept && new Uint8Array(await kept.arrayBuffer());
      return found?.length === bytes ? found : undefined;
    } catch {
      // The browser may drop what it keeps at any time.
      return undefined;
    }
  }

  /**
   * Drops what is kept of a folder besides these files: those of a model whose place another took, which may have other
   * names.
   *
   * @param folder its address, with a slash at its end
   * @param files addresses and contents
   */
  async keepOnly(
    folder: string,
    files: readonly (readonly [address: string, content: string])[],
  ): Promise<void> {
    const cache = this.#cache;
    if (cache === undefined) return;
    const wanted = new Set(files.map(([address, content]) => keyOf(address, content)));
    try {
      for (const { url } of await cache.keys()) {
        const isOfFolder = url.startsWith(folder) && !url.slice(folder.length).includes('/');
        if (isOfFolder && !wanted.has(url)) await cache.delete(url);
      }
    } catch (error) {
      this.#note(error);
    }
  }

  /** Keeps a file, or says that there is no room. */
  async keep(address: string, content: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const cache = this.#cache;
    if (cache === undefined) return;
    try {
      await cache.put(keyOf(address, content), new Response(bytes));
    } catch (error) {
      this.#note(error);
    }
  }

  #note(error: unknown): void {
    if (this.#noted) return;
    this.#noted = true;
    const isFull = error instanceof DOMException && error.name === 'QuotaExceededError';
    const reason = isFull
      ? 'there is no room in it'
      : error instanceof Error
        ? error.message.replace(/\.$/, '')
        : String(error);
    this.#onNote(
      `The model cannot be kept in the browser's cache (${reason}), so that it is downloaded anew each time: free space on the disk, or take a model compiled in a smaller precision.`,
    );
  }
}

function keyOf(address: string, content: string): string {
  return `${address}?sha256=${content}`;
}
