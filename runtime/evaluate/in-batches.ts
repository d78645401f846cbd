import { UserError } from '../../artifact/user-error.ts';

/** How work in batches goes on, and who is told. */
export interface BatchRun<Item, Result> {
  readonly size: number;
  /** Results in the order of the group. */
  work(group: readonly Item[]): Promise<readonly Result[]>;
  /** What could be worked out of a batch: told before the next one begins. */
  done(results: readonly Result[]): void | Promise<void>;
  /** An item that cannot be worked on, and why. */
  failed(item: Item, error: UserError): void | Promise<void>;
  /** Told after each batch how many items are through, and of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Works on items in batches. Where one item spoils a batch, each of it is worked on alone, so that it alone fails.
 *
 * @throws the signal's reason when aborted, and whatever is no fault of an item: errors that are no UserError
 */
export async function inBatches<Item, Result>(
  items: readonly Item[],
  { size, work, done, failed, onProgress, signal }: BatchRun<Item, Result>,
): Promise<void> {
  const through = async (group: readonly Item[]): Promise<void> => {
    let results: readonly Result[];
    try {
      results = await work(group);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const [only, ...others] = group;
      if (only !== undefined && others.length === 0) return failed(only, error);
      for (const item of group) await through([item]);
      return;
    }
    return done(results);
  };
  for (let start = 0; start < items.length; start += size) {
    signal?.throwIfAborted();
    await through(items.slice(start, start + size));
    signal?.throwIfAborted();
    onProgress?.(Math.min(start + size, items.length), items.length);
  }
}
