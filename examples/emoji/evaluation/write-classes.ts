import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { loadIconSet } from '../data/icon-set.ts';
import { renderPicture } from '../data/pictures.ts';
import { isHeldOut } from '../data/split.ts';
import { TESTING_STYLE } from '../data/styles.ts';
import { type Emoji, GROUPS, type Group, loadVocabulary } from '../data/vocabulary.ts';
import { madeUpWords } from '../episodes/made-up-words.ts';
import { Random } from '../random.ts';

/** Pixels a side, as of the tasks' pictures. */
const SIZE = 128;

export interface WriteClassesOptions {
  /** Pictures that are asked about. Default 240. */
  readonly asked?: number;
  /** Most pictures to take examples from. Default all others. */
  readonly support?: number;
  readonly seed?: number;
}

/**
 * Writes pictures by the artist kept for testing as folders of classes, `NAME/val/CLASS/HEXCODE.png` and `NAME/train/…`, which
 * `flamingo evaluate --benchmark imagenet` reads. `group`: emoji that training saw in other hands, by their group;
 * `group-unseen`: asked about emoji that training never saw; `new-words`: as `group`, but groups are called by words that
 * nobody has ever heard, so that only examples can tell which is which.
 *
 * @returns how many pictures each asks about
 * @throws UserError where a package that the data are built from is not installed
 */
export async function writeClasses(
  folder: string,
  { asked = 240, support = Infinity, seed = 0 }: WriteClassesOptions = {},
): Promise<ReadonlyMap<string, number>> {
  const icons = await loadIconSet(TESTING_STYLE);
  const emoji = (await loadVocabulary([])).filter((each) => icons.has(each));
  const random = new Random(seed, 30_000);
  const seen = random.shuffle(emoji.filter(({ hexcode }) => !isHeldOut(hexcode)));
  const unseen = random.shuffle(emoji.filter(({ hexcode }) => isHeldOut(hexcode)));
  const examples = seen.slice(asked, asked + support);
  const words = madeUpWords(random, GROUPS.length, 'testing');
  const newWord = (group: Group) => words[GROUPS.indexOf(group)] ?? group;
  const itself = (group: Group): string => group;
  const sets = [
    ['group', seen.slice(0, asked), itself],
    ['group-unseen', unseen.slice(0, asked), itself],
    ['new-words', seen.slice(0, asked), newWord],
  ] as const;
  for (const [name, questions, classOf] of sets) {
    for (const [split, drawn] of [
      ['val', questions],
      ['train', examples],
    ] as const) {
      for (const each of drawn) await put(join(folder, name, split, classOf(each.group)), each);
    }
  }
  return new Map(sets.map(([name, questions]) => [name, questions.length]));

  async function put(place: string, each: Emoji): Promise<void> {
    const pixels = await renderPicture(icons, each, SIZE);
    if (pixels === undefined) throw new RangeError(`${TESTING_STYLE} has no picture of ${each.hexcode}`);
    await mkdir(place, { recursive: true });
    const raw = { width: SIZE, height: SIZE, channels: 3 } as const;
    await sharp(pixels, { raw })
      .png()
      .toFile(join(place, `${each.hexcode}.png`));
  }
}
