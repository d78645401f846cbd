import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeFolder } from '../../../artifact/folder/make-folder.ts';
import type { ImagePreprocessing } from '../../../artifact/manifest.ts';
import { orRefusal } from '../../../artifact/system-error.ts';
import { UserError } from '../../../artifact/user-error.ts';
import { writeAll } from '../../../artifact/weights/file-access.ts';
import { checkArgument } from '../../arguments/check-argument.ts';
import * as schemas from '../../arguments/schemas.ts';
import { decodePicture, readHeader } from '../../images/decode.ts';
import { type Normalisation, normalise } from '../../images/normalise.ts';
import { type Augmentation, augment } from './augment.ts';
import { drawsOf } from './random.ts';

/** Changes when the same files would give other pixels than before. */
const CACHE_VERSION = 1;

export interface PictureDataOptions {
  /** Paths of image files, in any format that `loadImage` reads. */
  readonly files: readonly string[];
  /** As the vision encoder takes them: `{ size: encoder.image, ...encoder.preprocessing }`. */
  readonly image: Omit<ImagePreprocessing, 'mean' | 'std' | 'maxFrames'> & Normalisation;
  /** Folder of preprocessed pictures; default `artifacts/pictures`. */
  readonly cache?: string;
}

/** What a data source's `prepare` is given. */
export interface PreparingContext {
  progress(done: number, total: number): void;
  readonly signal: AbortSignal;
}

/** Pictures for training: decoded, resized and cropped once, kept on disk, read and augmented when they are asked for. */
export class PictureData implements AsyncDisposable {
  readonly #options: PictureDataOptions;
  #file: FileHandle | undefined;
  #path = '';

  /** @throws UserError for options of another kind */
  constructor(options: PictureDataOptions) {
    checkArgument('the options of PictureData', schemas.pictureData, options);
    this.#options = options;
  }

  get count(): number {
    return this.#options.files.length;
  }

  /**
   * Preprocesses every picture, or finds those of an earlier run: of the same paths, sizes and times of change.
   *
   * @throws UserError that names the first file that is no picture and its place; the signal's reason when aborted
   */
  async prepare(context: PreparingContext): Promise<void> {
    const { files, cache = 'artifacts/pictures' } = this.#options;
    const path = join(cache, `pictures-${await this.#key()}.u8`);
    const kept = await stat(path).catch(() => undefined);
    if (kept?.size !== files.length * this.#bytes) {
      await makeFolder(cache);
      const partial = `${path}.${process.pid}.partial`;
      try {
        await this.#write(partial, context);
        await rename(partial, path);
      } finally {
        await rm(partial, { force: true });
      }
    }
    await this.#file?.close();
    this.#file = await open(path);
    this.#path = path;
  }

  /**
   * Pixels of some pictures, ready for the vision encoder.
   *
   * @param places of the files, from 0
   * @param augmentation default none
   * @param keys what the changes depend on: seed and step
   * @returns `[places, 3, size, size]`
   */
  async read(
    places: readonly number[],
    augmentation: Augmentation = {},
    ...keys: readonly number[]
  ): Promise<Float32Array> {
    const file = this.#file;
    if (file === undefined) {
      throw new UserError('The pictures were asked for before they were prepared: call prepare first.');
    }
    const { image } = this.#options;
    const bytes = this.#bytes;
    const pixels = new Float32Array(places.length * bytes);
    await Promise.all(
      places.map(async (place, index) => {
        if (!(place >= 0 && place < this.count)) {
          throw new UserError(
            `There is no picture ${place}, which element ${index} asks for, only those from 0 to ${this.count - 1}: ask for one of those.`,
          );
        }
        const stored = new Uint8Array(bytes);
        const { bytesRead } = await file.read(stored, 0, bytes, place * bytes);
        if (bytesRead !== bytes) {
          throw new UserError(
            `The prepared pictures ${this.#path} end before picture ${place} (${this.#options.files[place]}), as they were changed since: train again, which prepares them anew.`,
          );
        }
        const changed = augment(stored, image.size, augmentation, drawsOf(...keys, index));
        normalise(changed, image, pixels.subarray(index * bytes, (index + 1) * bytes));
      }),
    );
    return pixels;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  get #bytes(): number {
    return 3 * this.#options.image.size ** 2;
  }

  async #key(): Promise<string> {
    const { size, resize, resizeTo, cropStart, longestEdge, interpolation } = this.#options.image;
    const hash = createHash('sha256').update(
      JSON.stringify([
        ...[CACHE_VERSION, size, resize, resizeTo ?? size, cropStart ?? 'round', interpolation],
        ...(longestEdge === undefined ? [] : [longestEdge]),
      ]),
    );
    for (const file of this.#options.files) {
      const found = await stat(file).catch(() => undefined);
      hash.update(JSON.stringify([resolve(file), found?.size, found?.mtimeMs]));
    }
    return hash.digest('hex').slice(0, 16);
  }

  async #decoded(file: string, place: number): Promise<Uint8Array> {
    try {
      return await decodePicture(file, await readHeader(file), this.#options.image);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(`files[${place}] of the pictures: ${error.message}`, { cause: error });
    }
  }

  async #write(path: string, { progress, signal }: PreparingContext): Promise<void> {
    const { files } = this.#options;
    const output = await orRefusal(path, () => open(path, 'w'), 'written');
    try {
      for (const [index, file] of files.entries()) {
        signal.throwIfAborted();
        progress(index, files.length);
        const pixels = await this.#decoded(file, index);
        await orRefusal(path, () => writeAll(output, pixels), 'written');
      }
      progress(files.length, files.length);
    } finally {
      await output.close();
    }
  }
}
