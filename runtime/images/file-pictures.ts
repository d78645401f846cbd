import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import { missingSharp } from './missing-sharp.ts';
import type { PictureReader } from './picture-reader.ts';
import { checkSource, readAll, statOf } from './source.ts';

const FRAME_FILE = /\.(jpe?g|png|webp|gif|avif|tiff?|bmp|p[bgp]m|svgz?)$/i;

let decoding: Promise<typeof import('./decode.ts')> | undefined;

/** sharp is loaded for the first picture, which a model is asked about after it was opened. */
function withSharp(): Promise<typeof import('./decode.ts')> {
  decoding ??= import('./decode.ts').catch((error: unknown) => {
    throw missingSharp(error) ?? error;
  });
  return decoding;
}

/** Pictures of the file system, decoded by sharp. */
export const filePictures: PictureReader = {
  async contentOf(source) {
    await checkSource(source);
    const hash = createHash('sha256');
    if (typeof source !== 'string') return hash.update(source).digest('hex');
    await readAll(source, (piece) => hash.update(piece));
    return hash.digest('hex');
  },
  hash: async (bytes) => createHash('sha256').update(bytes).digest('hex'),
  readHeader: async (...given) => (await withSharp()).readHeader(...given),
  decode: async (...given) => (await withSharp()).decodePicture(...given),
  async picturesIn(source) {
    const found = await statOf(source);
    if (found?.isDirectory() !== true) return undefined;
    const files = (await readdir(source)).filter((file) => FRAME_FILE.test(file) && !file.startsWith('.'));
    if (files.length === 0) {
      throw new UserError(
        `The folder '${source}' has no pictures but a video's frames are expected: put numbered JPEG or PNG files in it.`,
      );
    }
    const { compare } = new Intl.Collator('en', { numeric: true });
    files.sort((a, b) => compare(a, b) || (a < b ? -1 : 1));
    return files.map((file) => join(source, file));
  },
};
