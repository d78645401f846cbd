import { LRUCache } from 'lru-cache';
import { Tensor } from 'onnxruntime-common';
import pLimit from 'p-limit';
import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import { readFrames } from '../images/frames.ts';
import type { PictureReader } from '../images/picture-reader.ts';
import type { PixelRule } from '../images/pixel-rule.ts';
import { readImage } from '../images/read-image.ts';
import type { Grid } from '../images/tile-grid.ts';
import { loadTiles } from '../images/tiles.ts';
import { withGrid } from '../media/encoded-media.ts';
import type { EncodedMedia, EncodedPart } from '../media/way.ts';
import type { Media } from '../prompt/prompt.ts';
import type { GraphSession } from '../session.ts';
import type { RequestOptions } from './protocol.ts';

/** Images that go through the vision graph in one run, and frames or tiles of them where these are not more than one image has. */
export const IMAGES_AT_ONCE = 8;

/** Requests whose pictures are read at once: decoded, they are large. */
const REQUESTS_AT_ONCE = 4;

/** Preprocessed pixels [frames, 3, size, size] and a name for their content. */
export type Pixels = {
  readonly key: string;
  readonly pixels: Float32Array;
  readonly frames: number;
  /** Rows and columns of a picture's tiles; left out for one that is not cut. */
  readonly grid?: Grid;
};

/** An encoded picture and a name for its content: that of its file, or of its pixels. */
export type NamedMedia = { readonly name: string; readonly encoded: EncodedMedia };

/** The vision graph, how files become its pixels, and which of its outputs are kept. */
export type Vision = {
  readonly session: GraphSession;
  readonly image: ImagePreprocessing;
  readonly pixels: PixelRule;
  readonly reader: PictureReader;
  readonly keeps: readonly string[];
};

/**
 * The vision graph with a memory: what it gives is computed once for each image and kept while there is room, by
 * content, so an example that is shown again costs no run of the vision encoder.
 */
export class MediaMemory {
  readonly #vision: Vision | undefined;
  readonly #kept: LRUCache<string, EncodedMedia>;
  readonly #turns = pLimit(REQUESTS_AT_ONCE);
  /** What some request is encoding, for others that show the same picture; undefined when that came to nothing. */
  readonly #underway = new Map<string, Promise<EncodedMedia | undefined>>();
  #hits = 0;
  #encoded = 0;

  /**
   * @param vision Undefined for a model that is shown no pictures.
   * @param bytes Room for what is kept; 0 keeps nothing.
   */
  constructor(vision: Vision | undefined, bytes: number) {
    this.#vision = vision;
    this.#kept = new LRUCache({ maxSize: Math.max(1, bytes), sizeCalculation: bytesOf });
  }

  /** How often an image was found, how many were encoded, and bytes held. */
  get usage(): { hits: number; encoded: number; images: number; bytes: number } {
    return {
      hits: this.#hits,
      encoded: this.#encoded,
      images: this.#kept.size,
      bytes: this.#kept.calculatedSize,
    };
  }

  /**
   * @throws UserError for media that cannot be read, or any where the model is shown none; the signal's reason when
   *   aborted.
   */
  async encode(media: readonly Media[], request: RequestOptions = {}): Promise<EncodedMedia[]> {
    return (await this.encodeNamed(media, request)).map(({ encoded }) => encoded);
  }

  /** As `encode`, with a name for each one's content. */
  async encodeNamed(media: readonly Media[], request: RequestOptions = {}): Promise<NamedMedia[]> {
    return media.length === 0 ? [] : this.#turns(() => this.#encode(media, request));
  }

  /** Encodes preprocessed pixels, without the memory. */
  async encodePixels(pixels: readonly Pixels[]): Promise<EncodedMedia[]> {
    const results: EncodedMedia[] = [];
    for (let start = 0; start < pixels.length; ) {
      // images of one run have the same number of frames
      const frames = pixels[start]?.frames ?? 1;
      // tiles and frames take as much as images by themselves
      const most = Math.max(1, Math.floor(IMAGES_AT_ONCE / frames));
      let end = start + 1;
      while (end < pixels.length && end - start < most && pixels[end]?.frames === frames) end++;
      results.push(...(await this.#run(pixels.slice(start, end), frames)));
      start = end;
    }
    return results;
  }

  clear(): void {
    this.#kept.clear();
  }

  async #encode(media: readonly Media[], { signal, onProgress }: RequestOptions): Promise<NamedMedia[]> {
    const found = new Map<string, EncodedMedia>();
    const keys: string[] = [];
    const missing = new Map<string, Pixels>();
    /** Tells others what came of a picture that this request began with. */
    const begun = new Map<string, (encoded: EncodedMedia | undefined) => void>();
    const encode = async () => {
      await this.#encodeInto(found, missing, signal);
      for (const [key, tell] of begun) tell(found.get(key));
      begun.clear();
    };
    try {
      for (const each of media) {
        signal?.throwIfAborted();
        const [key, load] = await this.#identify(each);
        keys.push(key);
        for (let other = this.#underway.get(key); other && !begun.has(key); other = this.#underway.get(key)) {
          // Nobody waits for another before its own is done.
          await encode();
          const shared = await other;
          if (shared !== undefined) found.set(key, shared);
        }
        const kept = found.get(key) ?? this.#kept.get(key);
        if (kept !== undefined) {
          this.#hits++;
          found.set(key, kept);
        } else if (!missing.has(key)) {
          begun.set(key, this.#begin(key));
          missing.set(key, await load());
        }
        // pixels of many images are large: encode them as they come
        if (missing.size < IMAGES_AT_ONCE) continue;
        await encode();
        onProgress?.({ done: keys.length, total: media.length });
      }
      await encode();
    } finally {
      for (const tell of begun.values()) tell(undefined);
    }
    return keys.map((name) => {
      const encoded = found.get(name);
      if (encoded === undefined) throw new Error(`no image was encoded for ${name}`);
      return { name, encoded };
    });
  }

  #begin(key: string): (encoded: EncodedMedia | undefined) => void {
    let tell: (encoded: EncodedMedia | undefined) => void = () => {};
    const underway = new Promise<EncodedMedia | undefined>((resolve) => {
      tell = resolve;
    });
    this.#underway.set(key, underway);
    return (encoded) => {
      this.#underway.delete(key);
      tell(encoded);
    };
  }

  async #encodeInto(
    found: Map<string, EncodedMedia>,
    missing: Map<string, Pixels>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (missing.size === 0) return;
    signal?.throwIfAborted();
    const pixels = [...missing.values()].sort((a, b) => a.frames - b.frames);
    missing.clear();
    const results = await this.encodePixels(pixels);
    for (const [index, encoded] of results.entries()) {
      const key = pixels[index]?.key ?? '';
      found.set(key, encoded);
      this.#kept.set(key, encoded);
    }
  }

  /** A name for the content, and a function that loads it. Pictures are named by their file's bytes, undecoded. */
  async #identify(media: Media): Promise<[key: string, load: () => Promise<Pixels>]> {
    const { image, pixels, reader } = this.#eyes();
    if (media.kind === 'image') {
      const key = `image ${await reader.contentOf(media.source)}`;
      const { tiles } = image;
      return [
        key,
        async () =>
          tiles === undefined
            ? { key, pixels: await readImage(reader, media.source, image, pixels), frames: 1 }
            : { key, ...(await loadTiles(reader, media.source, { ...image, tiles }, pixels)) },
      ];
    }
    const { frames } = media;
    const rule = frames === undefined ? { pixels } : { pixels, frames };
    const loaded = await readFrames(reader, media.source, image, rule);
    const content = await reader.hash(new Uint8Array(loaded.pixels.buffer));
    const key = `video ${loaded.frames} ${content}`;
    return [key, async () => ({ key, ...loaded })];
  }

  async #run(images: readonly Pixels[], frames: number): Promise<EncodedMedia[]> {
    const { session, image, keeps } = this.#eyes();
    const { size } = image;
    const each = frames * 3 * size * size;
    const data = new Float32Array(images.length * each);
    for (const [index, { pixels }] of images.entries()) data.set(pixels, index * each);
    const input = new Tensor('float32', data, [images.length, frames, 3, size, size]);
    const outputs = await session.run({ pixels: input });
    this.#encoded += images.length;
    const part = (name: string, index: number): EncodedPart => {
      const output = outputs[name];
      if (!(output?.data instanceof Float32Array))
        throw new Error(`the vision graph gave no float32 ${name}`);
      const length = output.data.length / images.length;
      // a copy: a view would keep the whole batch in memory
      return { data: output.data.slice(index * length, (index + 1) * length), shape: output.dims.slice(1) };
    };
    const results = images.map(({ grid }, index) => {
      const encoded = Object.fromEntries(keeps.map((name) => [name, part(name, index)]));
      return grid === undefined ? encoded : withGrid(encoded, grid.rows, grid.columns);
    });
    for (const output of Object.values(outputs)) output.dispose();
    return results;
  }

  #eyes(): Vision {
    if (this.#vision !== undefined) return this.#vision;
    throw new UserError(
      'The model reads text alone but it was shown a picture: leave pictures out, or load a model that is shown them.',
    );
  }
}

function bytesOf(media: EncodedMedia): number {
  return Object.values(media).reduce((sum, { data }) => sum + data.byteLength, 1);
}
