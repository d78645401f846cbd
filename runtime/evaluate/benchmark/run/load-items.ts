import { LONGEST_PATH, plain } from '../../../../artifact/quoted.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import type { Benchmark, ReadContext } from '../benchmark.ts';
import { withMedia } from '../find-media.ts';
import type { BenchmarkItem, RawItem } from '../item.ts';
import { sampleOf } from '../random.ts';

/** An item that is left out, and why. */
export interface Problem {
  readonly split: string;
  /** What the item is called in its file. */
  readonly item: string;
  /** Half a sentence. */
  readonly reason: string;
}

/** Characters of a text from a file within a sentence. */
const LONGEST = 2 * LONGEST_PATH;

export interface LoadOptions {
  readonly folder: string;
  readonly split: string;
  /** How many, drawn by their names; all where undefined. */
  readonly count: number | undefined;
  /** Which draw: items that are asked and examples are drawn apart. */
  readonly salt: string;
  /** Whether each picture's header is read, too. */
  readonly look: boolean;
  leftOut(problem: Problem): void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a split of a benchmark, or a sample of it. Items that cannot be used are told and left out.
 *
 * @throws UserError where none can be used, as readers do, and the signal's reason
 */
export async function loadItems(
  benchmark: Benchmark,
  { folder, split, count, salt, look, leftOut, signal }: LoadOptions,
): Promise<readonly BenchmarkItem[]> {
  let first = '';
  const tell = (item: string, reason: string) => {
    if (first === '') first = `${item}: ${reason}`;
    leftOut({ split, item, reason });
  };
  const context: ReadContext = {
    ...{ title: benchmark.title, folder, split, signal },
    leftOut: (item, reason) => tell(plain(item, LONGEST), plain(reason, LONGEST)),
  };
  const chosen = await sampleOf(withoutRepeats(benchmark.items(context), context), count, salt);
  const complete = (await benchmark.complete?.(chosen, context)) ?? chosen;
  const items: BenchmarkItem[] = [];
  for (const raw of complete) {
    signal?.throwIfAborted();
    const item = await withMedia(raw, look);
    if (typeof item !== 'string') {
      items.push(item);
      continue;
    }
    tell(`item ${plain(raw.id)}`, item);
  }
  if (items.length === 0) {
    const layout = benchmark.layout(split).join(', ');
    throw new UserError(
      `None of the ${chosen.length} items of ${benchmark.title}'s split '${split}' in ${folder} can be used${first === '' ? '' : ` (${first})`}: it is read as ${layout}.`,
    );
  }
  return items;
}

async function* withoutRepeats(items: AsyncIterable<RawItem>, context: ReadContext): AsyncGenerator<RawItem> {
  const known = new Set<string>();
  for await (const item of items) {
    context.signal?.throwIfAborted();
    if (known.has(item.id)) {
      context.leftOut(`item ${item.id}`, 'another has the same id');
      continue;
    }
    known.add(item.id);
    yield item;
  }
}
