import { basename, extname } from 'node:path';
import { plain } from '../../../../artifact/quoted.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import type { BenchmarkItem } from '../item.ts';
import type { Labels } from './read-labels.ts';

/** Items with labels. */
export interface LabelledItems {
  /** What joined them: the picture that they show, or their own id. */
  readonly by: 'picture' | 'id';
  /** The labels of an item by attribute; items without any are left out. */
  readonly labels: ReadonlyMap<BenchmarkItem, ReadonlyMap<string, string>>;
}

/**
 * Joins a run's items with labels. Labels are of pictures where any of their names is that of a picture that is shown (its file,
 * with or without its ending, or the number at the end of that, as 42 for `COCO_val2014_000000000042.jpg`): a question has an id
 * of its own, which may be another picture's number. Else they are of items, by their ids.
 *
 * @throws UserError where no item has labels
 */
export function labelItems(items: readonly BenchmarkItem[], labels: Labels): LabelledItems {
  for (const [by, namesOf] of [
    ['picture', pictureNames],
    ['id', ({ id }: BenchmarkItem) => [id]],
  ] as const) {
    const found = items.flatMap((item) => {
      const own = namesOf(item).flatMap((name) => labels.of.get(name) ?? [])[0];
      return own === undefined ? [] : [[item, own] as const];
    });
    if (found.length > 0) return { by, labels: new Map(found) };
  }
  const [theirs] = labels.of.keys();
  const [item] = items;
  const shown =
    item === undefined ? '' : `item ${plain(item.id)}, which shows ${pictureNames(item)[0] ?? 'nothing'}`;
  throw new UserError(
    `${labels.path} has labels of none of the run's ${items.length} items: by its column '${labels.key}' it is about ${plain(theirs ?? '')} and others, and the run asked about ${shown}.`,
  );
}

/** What labels may call an item's picture or video. */
function pictureNames({ media }: BenchmarkItem): readonly string[] {
  const paths = 'video' in media ? [media.video] : media.images;
  return paths.flatMap((path) => {
    const file = basename(path);
    const stem = basename(path, extname(path));
    const number = /\d+$/.exec(stem)?.[0].replace(/^0+(?=\d)/, '');
    return [file, stem, ...(number === undefined ? [] : [number])];
  });
}
