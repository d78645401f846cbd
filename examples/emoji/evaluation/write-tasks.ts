import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import sharp from 'sharp';
import { type IconSet, loadIconSet } from '../data/icon-set.ts';
import { renderPicture } from '../data/pictures.ts';
import { MAIN_STYLES, type Style, TESTING_STYLE } from '../data/styles.ts';
import { type Emoji, loadVocabulary } from '../data/vocabulary.ts';
import { evaluationTasks, type PictureName, type TaskLine } from './tasks.ts';

/** Pixels a side: more than the model takes, as a user's picture would have. */
const SIZE = 128;

export interface WriteTasksOptions {
  /** Most tasks of each kind. Default all. */
  readonly limit?: number;
  readonly seed?: number;
}

/**
 * Writes the evaluation's task files, `NAME.jsonl`, and the pictures that they name, `pictures/STYLE/HEXCODE.png`.
 *
 * @returns how many tasks each file has
 * @throws UserError where a package that the data are built from is not installed
 */
export async function writeTasks(
  folder: string,
  { limit = Infinity, seed = 0 }: WriteTasksOptions = {},
): Promise<ReadonlyMap<string, number>> {
  const emoji = await loadVocabulary(['es', 'fr', 'de']);
  const icons = new Map<Style, IconSet>();
  for (const style of [...MAIN_STYLES, TESTING_STYLE] as const) icons.set(style, await loadIconSet(style));
  const drawn = (each: Emoji, style: Style) => icons.get(style)?.has(each) === true;
  const pictures = new Map<string, PictureName>();
  const pathOf = (picture: PictureName) => {
    const path = `pictures/${picture.style}/${picture.hexcode}.png`;
    pictures.set(path, picture);
    return path;
  };
  await mkdir(folder, { recursive: true });
  const counts = new Map<string, number>();
  for (const [name, all] of evaluationTasks(emoji, { drawn, seed })) {
    const tasks = firstOfEachKind(all, limit);
    const lines = tasks.map((task) =>
      JSON.stringify({
        ...task,
        shots: task.shots.map((shot) => ({ ...shot, image: pathOf(shot.image) })),
        image: pathOf(task.image),
      }),
    );
    await writeFile(join(folder, `${name}.jsonl`), `${lines.join('\n')}\n`);
    counts.set(name, tasks.length);
  }
  for (const style of icons.keys()) await mkdir(join(folder, 'pictures', style), { recursive: true });
  const byHexcode = new Map(emoji.map((each) => [each.hexcode, each]));
  const atOnce = pLimit(4);
  await Promise.all(
    [...pictures].map(([path, { hexcode, style }]) =>
      atOnce(async () => {
        const each = byHexcode.get(hexcode);
        const set = icons.get(style);
        const pixels = each && set && (await renderPicture(set, each, SIZE));
        if (pixels === undefined) throw new RangeError(`${style} has no picture of ${hexcode}`);
        const raw = { width: SIZE, height: SIZE, channels: 3 } as const;
        await sharp(pixels, { raw }).png().toFile(join(folder, path));
      }),
    ),
  );
  return counts;
}

function firstOfEachKind(tasks: readonly TaskLine[], limit: number): TaskLine[] {
  const counts = new Map<string, number>();
  return tasks.filter(({ kind }) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count <= limit;
  });
}
