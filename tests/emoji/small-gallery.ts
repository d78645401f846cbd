import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGallery, type Gallery, loadTrainingVocabulary } from '../../examples/emoji/data/gallery.ts';
import { loadAllPictures } from '../../examples/emoji/data/pictures.ts';
import { TRAINING_STYLES } from '../../examples/emoji/data/styles.ts';

let made: Promise<Gallery> | undefined;
let folder: string | undefined;

/** Real pictures of 32 emoji of all groups, 24 pixels a side. Made once for all tests. */
export function smallGallery(): Promise<Gallery> {
  made ??= (async () => {
    folder = await mkdtemp(join(tmpdir(), 'emoji-'));
    const all = await loadTrainingVocabulary(['es', 'fr', 'de']);
    const emoji = all.filter((_, place) => place % Math.floor(all.length / 32) === 0).slice(0, 32);
    const size = 24;
    const pictures = await loadAllPictures(TRAINING_STYLES, emoji, { size, cache: folder });
    return createGallery(emoji, size, pictures);
  })();
  return made;
}

after(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});
