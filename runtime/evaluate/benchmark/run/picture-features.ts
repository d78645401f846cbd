import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, refusal } from '../../../../artifact/system-error.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import { mediaOf } from '../../../prompt/prompt.ts';
import { inBatches } from '../../in-batches.ts';
import type { BenchmarkItem } from '../item.ts';
import type { BenchmarkModel } from './ask.ts';
import type { PicturesOf } from './pictures-of.ts';
import type { Settings } from './settings.ts';

/** Pictures that are encoded at once. */
const AT_ONCE = 16;
/** What stands for a picture that cannot be encoded. */
const NONE = Number.NaN;

export interface FeatureOptions {
  readonly model: Pick<BenchmarkModel, 'encodeImages'>;
  readonly settings: Settings;
  readonly picturesOf: PicturesOf;
  readonly signal?: AbortSignal | undefined;
  /** Told of an item whose pictures cannot be encoded. */
  failed(item: BenchmarkItem, error: UserError): void;
  onProgress?(done: number, total: number): void;
}

/**
 * Features of each item's pictures: the mean of what the model's vision encoder gives of them as it reaches the text (the
 * resampler's latents, or what is spliced in). Kept in a file of the folder, `features-….f32`: the number of features as
 * 32 bits, then a row of float32 for each item in order. What a run that was stopped has written is not computed again;
 * other pictures or another model have a file of their own.
 *
 * @returns a row for each item; of numbers that are not finite where its pictures cannot be encoded
 * @throws UserError where the file cannot be written, or is damaged; the signal's reason
 */
export async function pictureFeatures(
  folder: string,
  items: readonly BenchmarkItem[],
  options: FeatureOptions,
): Promise<readonly Float32Array[]> {
  const path = join(folder, `features-${await identityOf(items, options.settings)}.f32`);
  try {
    const file = await open(path, 'a+');
    try {
      const rows = await readRows(file);
      await checkRows(path, rows, items, options);
      await append(file, rows, items.slice(rows.length), options);
      return rows;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isSystemError(error)) throw new UserError(refusal(path, error, 'written'));
    throw error;
  }
}

/** The features of one item's pictures. @throws UserError for pictures that cannot be encoded */
export async function featuresOf(
  item: BenchmarkItem,
  { model, picturesOf, signal }: Pick<FeatureOptions, 'model' | 'picturesOf' | 'signal'>,
): Promise<Float32Array> {
  const media = mediaOf(await picturesOf(item));
  if (media.length === 0) {
    throw new UserError(
      `Item ${item.id} has no picture by which others could be like it: leave out --select rices.`,
    );
  }
  const encoded = await model.encodeImages(media, signal === undefined ? {} : { signal });
  const dim = encoded[0]?.shape[1] ?? 0;
  const mean = new Float32Array(dim);
  let rows = 0;
  for (const { latents, shape } of encoded) {
    rows += shape[0];
    for (const [index, value] of latents.entries()) mean[index % dim] = (mean[index % dim] ?? 0) + value;
  }
  return mean.map((sum) => sum / rows);
}

async function append(
  file: FileHandle,
  rows: Float32Array[],
  items: readonly BenchmarkItem[],
  options: FeatureOptions,
): Promise<void> {
  const { signal, failed, onProgress } = options;
  const known = rows.length;
  const add = async (found: readonly Float32Array[]) => {
    const [first] = found;
    if (rows.length === 0 && first !== undefined)
      await file.appendFile(bytesOf(Uint32Array.of(first.length)));
    for (const row of found) await file.appendFile(bytesOf(row));
    rows.push(...found);
  };
  let dim = rows[0]?.length ?? 0;
  // Rows are in the order of the items: those that fail before the width is known wait for it.
  let waiting = 0;
  await inBatches<BenchmarkItem, Float32Array>(items, {
    ...{ size: AT_ONCE, signal },
    work: (group) => Promise.all(group.map((item) => featuresOf(item, options))),
    async done(found) {
      dim = found[0]?.length ?? dim;
      const before = Array.from({ length: waiting }, () => new Float32Array(dim).fill(NONE));
      waiting = 0;
      await add([...before, ...found]);
    },
    async failed(item, error) {
      failed(item, error);
      if (dim === 0) waiting += 1;
      else await add([new Float32Array(dim).fill(NONE)]);
    },
    onProgress: (done) => onProgress?.(known + done, known + items.length),
  });
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** @throws UserError where the file's rows cannot be those of the items: the first is encoded again, and has their width */
async function checkRows(
  path: string,
  rows: readonly Float32Array[],
  items: readonly BenchmarkItem[],
  options: FeatureOptions,
): Promise<void> {
  const place = rows.findIndex((row) => row.length === 0 || row.every(Number.isFinite));
  const item = items[place];
  if (item === undefined && rows.length <= items.length) return;
  const width = item === undefined ? undefined : (await featuresOf(item, options)).length;
  if (width === rows[0]?.length && rows.length <= items.length) return;
  throw new UserError(
    `${path} is damaged: it has ${rows.length} rows of ${rows[0]?.length ?? 0} features, where ${items.length} pictures have ${width ?? 'others'} each at most; remove it, and they are computed again.`,
  );
}

async function readRows(file: FileHandle): Promise<Float32Array[]> {
  const content = await file.readFile();
  if (content.length < 4) {
    await file.truncate(0);
    return [];
  }
  const dim = content.readUInt32LE(0);
  if (dim === 0) return [new Float32Array()];
  const size = 4 * dim;
  const count = Math.floor((content.length - 4) / size);
  await file.truncate(4 + count * size);
  return Array.from({ length: count }, (_, row) => {
    const start = content.byteOffset + 4 + row * size;
    return new Float32Array(content.buffer.slice(start, start + size));
  });
}

/** Of the model and of the pictures as they are now. */
async function identityOf(
  items: readonly BenchmarkItem[],
  { model, pixels, frames }: Settings,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([model.manifest, pixels, frames]));
  for (const { media } of items) {
    for (const path of 'video' in media ? [media.video] : media.images) {
      const { size, mtimeMs } = await stat(path);
      hash.update(JSON.stringify([media, size, mtimeMs]));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
