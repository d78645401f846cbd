import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../../artifact/user-error.ts';
import type { Benchmark, ReadContext } from '../benchmark.ts';
import { find, findIfThere } from '../files/find.ts';
import { textPieces } from '../files/text-pieces.ts';
import { CLASS_OUTPUT } from '../forms.ts';
import type { RawItem } from '../item.ts';
import { TOP_ONE } from '../metrics.ts';

/** Files that say what the folders of classes stand for, a line each: `n01440764 tench, Tinca tinca`. */
const NAMES = ['classnames.txt', 'LOC_synset_mapping.txt', 'synset_words.txt'];
const SYNSET = /^n\d{8}$/;
const PICTURE = /\.(jpe?g|png|webp|bmp|tiff?)$/i;

/** ImageNet-1k (Russakovsky et al. 2015) in folders of classes, or any data set that lies so. */
export const benchmark: Benchmark = {
  name: 'imagenet',
  title: 'ImageNet',
  splits: ['val'],
  examplesFrom: () => 'train',
  layout: (split) => [
    `${split}/n01440764/ILSVRC2012_${split}_00000293.JPEG …`,
    `${NAMES.join(', or ')} (lines 'n01440764 tench')`,
  ],
  items: imagenetItems,
  form: CLASS_OUTPUT,
  answering: { kind: 'chosen' },
  metric: TOP_ONE,
};

async function* imagenetItems(context: ReadContext): AsyncGenerator<RawItem> {
  const folder = await find(context, [context.split]);
  const classes = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map(({ name }) => name)
    .sort();
  if (classes.length < 2) {
    throw new UserError(
      `${folder} has ${classes.length} folders of classes, but two are the least to choose among: give a folder with ${benchmark.layout(context.split).join(' and ')}.`,
    );
  }
  const names = await classNames(context);
  const choices = classes.map((name) => names?.get(name) ?? named(name, folder, names !== undefined));
  for (const [label, name] of classes.entries()) {
    context.signal?.throwIfAborted();
    for (const file of (await readdir(join(folder, name))).filter((each) => PICTURE.test(each)).sort()) {
      yield {
        id: `${name}/${file}`,
        media: { images: [join(folder, name, file)] },
        question: '',
        answers: [choices[label] ?? name],
        choices,
        label,
      };
    }
  }
}

/** A folder's own name, where that is one. */
function named(name: string, folder: string, isListed: boolean): string {
  if (!SYNSET.test(name)) return name.replaceAll('_', ' ');
  throw new UserError(
    isListed
      ? `${join(folder, name)} is a class that the file of names does not have: add a line '${name} NAME' to it.`
      : `${folder} has classes by their number in WordNet alone (${name}): put a file ${NAMES.join(' or ')} beside it, with lines as 'n01440764 tench'.`,
  );
}

async function classNames(context: ReadContext): Promise<ReadonlyMap<string, string> | undefined> {
  const path = await findIfThere(context, NAMES);
  if (path === undefined) return undefined;
  let text = '';
  for await (const piece of textPieces(path, context.signal)) text += piece;
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return new Map(
    lines.map((line) => {
      const [, id = '', names = ''] = /^(\S+)\s+(.+)$/.exec(line.trim()) ?? [];
      return [id, names.split(',', 1)[0]?.trim() ?? ''];
    }),
  );
}
