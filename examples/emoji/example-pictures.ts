import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { loadIconSet } from './data/icon-set.ts';
import { renderPicture } from './data/pictures.ts';
import type { Style } from './data/styles.ts';
import { loadVocabulary } from './data/vocabulary.ts';

/*
 * Writes the pictures of models/emoji/examples, for prompts that anyone can try: by the artist whom training never saw, and of
 * things that it never saw either, by two artists. models/emoji/NOTICE.md has their licences. Run: npx tsx
 * examples/emoji/example-pictures.ts
 */

const SIZE = 128;

const PICTURES: readonly (readonly [style: Style, names: readonly string[]])[] = [
  ['openmoji', ['red apple', 'bicycle', 'high-heeled shoe', 'airplane', 'pencil']],
  // Held out: training has no picture of these by anybody.
  ['openmoji', ['guitar', 'pretzel']],
  ['twemoji', ['guitar', 'pretzel']],
];

const emoji = await loadVocabulary([]);
for (const [style, names] of PICTURES) {
  const icons = await loadIconSet(style);
  for (const name of names) {
    const found = emoji.find(({ words }) => words.name === name);
    const pixels = found && (await renderPicture(icons, found, SIZE));
    if (pixels === undefined) throw new RangeError(`${style} has no ${name}`);
    const file = new URL(
      `../../models/emoji/examples/${style}-${name.replaceAll(' ', '-')}.png`,
      import.meta.url,
    );
    const raw = { width: SIZE, height: SIZE, channels: 3 } as const;
    await sharp(pixels, { raw }).png({ palette: true }).toFile(fileURLToPath(file));
  }
}
