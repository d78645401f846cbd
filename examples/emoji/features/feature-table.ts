import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrepareContext } from '../../../dsl/index.ts';
import type { VisionEncoder } from '../../../models/shared/vision-encoder.ts';
import { STRONG } from '../augment/augment.ts';
import type { PictureTable } from '../batches/picture-table.ts';
import type { Gallery } from '../data/gallery.ts';
import { PICTURES_VERSION } from '../data/pictures.ts';
import { openPictureEncoder } from './picture-encoder.ts';

/** Changes when the same weights and pictures would give other features than before. */
const CACHE_VERSION = 1;

/** Pictures that are encoded at once. */
const AT_ONCE = 128;

/** The frozen vision encoder's features of every picture of a table, on disk. */
export interface FeatureTable {
  /** Features of the pictures at these places, [places, tokens, dim]. */
  read(places: ArrayLike<number>): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface FeatureTableOptions {
  readonly gallery: Gallery;
  readonly table: PictureTable;
  readonly vision: VisionEncoder;
  /** Safetensors file with `vision.*`. */
  readonly weights: string;
  /** Folder; default `artifacts/emoji-features`. */
  readonly cache?: string;
}

/**
 * Encodes every picture of a table once, or opens the file of an earlier time for the same weights and pictures.
 *
 * @throws UserError for weights that cannot be used; the signal's reason when aborted
 */
export async function openFeatureTable(
  { gallery, table, vision, weights, cache = 'artifacts/emoji-features' }: FeatureTableOptions,
  context: PrepareContext,
): Promise<FeatureTable> {
  const values = vision.tokens * vision.dim;
  const hash = createHash('sha256').update(
    JSON.stringify([CACHE_VERSION, PICTURES_VERSION, table.size, STRONG]),
  );
  for (let place = 0; place < table.size; place += 1) {
    const { emoji, style, drawing, seed } = table.reference(place);
    hash.update(`${gallery.emoji[emoji]?.hexcode} ${style} ${drawing} ${seed}\n`);
  }
  hash.update(await digestOf(weights));
  const path = join(cache, `features-${gallery.size}-${hash.digest('hex').slice(0, 16)}.f32`);
  const kept = await stat(path).catch(() => undefined);
  if (kept?.size !== table.size * values * 4) {
    await mkdir(cache, { recursive: true });
    const unfinished = `${path}.${randomBytes(4).toString('hex')}`;
    try {
      await writeFeatures(unfinished, { gallery, table, vision, weights }, context);
      await rename(unfinished, path);
    } finally {
      await rm(unfinished, { force: true });
    }
  }
  const file = await open(path);
  return {
    read: (places) => readRows(file, places, values),
    close: () => file.close(),
  };
}

/** SHA-256 of a file. */
async function digestOf(path: string): Promise<Buffer> {
  const hash = createHash('sha256');
  // A missing file is said in a sentence by who opens it as weights.
  if ((await stat(path).catch(() => undefined)) === undefined) return hash.digest();
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest();
}

async function writeFeatures(
  path: string,
  { gallery, table, vision, weights }: Omit<FeatureTableOptions, 'cache'>,
  { progress, signal }: PrepareContext,
): Promise<void> {
  await using encoder = await openPictureEncoder(vision, weights);
  const file = await open(path, 'w');
  try {
    const pixels = 3 * vision.image ** 2;
    for (let start = 0; start < table.size; start += AT_ONCE) {
      signal.throwIfAborted();
      progress(start, table.size);
      const count = Math.min(AT_ONCE, table.size - start);
      const images = new Float32Array(count * pixels);
      for (let index = 0; index < count; index += 1) {
        const image = images.subarray(index * pixels, (index + 1) * pixels);
        gallery.draw(table.reference(start + index), STRONG, vision.preprocessing, image);
      }
      await file.write(new Uint8Array((await encoder.encode(images)).slice().buffer));
    }
    progress(table.size, table.size);
  } finally {
    await file.close();
  }
}

async function readRows(file: FileHandle, places: ArrayLike<number>, values: number): Promise<Float32Array> {
  const rows = new Float32Array(places.length * values);
  const bytes = new Uint8Array(rows.buffer);
  await Promise.all(
    Array.from(places, (place, index) =>
      file.read(bytes, index * values * 4, values * 4, place * values * 4),
    ),
  );
  return rows;
}
