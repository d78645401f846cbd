import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Manifest } from '../../artifact/manifest.ts';
import type { EncodedMedia } from '../generate/media-feeds.ts';
import { loadImage } from '../images/load-image.ts';
import type { PixelRule } from '../images/pixel-rule.ts';
import { checkSource, type ImageSource, readAll } from '../images/source.ts';
import { Tensor } from '../onnx-runtime.ts';
import type { Media } from '../prompt/prompt.ts';
import type { OnnxSession } from '../session.ts';
import { loadFrames } from '../video.ts';
import type { RequestOptions } from './protocol.ts';

/** Images that go through the vision graph in one run. */
const IMAGES_AT_ONCE = 8;

/** Preprocessed pixels [frames, 3, size, size] and a name for their content. */
export type Pixels = { readonly key: string; readonly pixels: Float32Array; readonly frames: number };

/**
 * The vision graph with a memory: latents, keys and values are computed once for each image and kept while there is
 * room, by content, so an example that is shown again costs no run of the vision encoder.
 */
export class MediaMemory {
  readonly #session: OnnxSession;
  readonly #manifest: Manifest;
  readonly #pixels: PixelRule;
  readonly #kept: LRUCache<string, EncodedMedia>;
  #hits = 0;
  #encoded = 0;

  /** @param bytes Room for what is kept; 0 keeps nothing. */
  constructor(session: OnnxSession, manifest: Manifest, bytes: number, pixels: PixelRule = 'shown') {
    this.#session = session;
    this.#manifest = manifest;
    this.#pixels = pixels;
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

  /** @throws UserError for media that cannot be read; the signal's reason when aborted. */
  async encode(
    media: readonly Media[],
    { signal, onProgress }: RequestOptions = {},
  ): Promise<EncodedMedia[]> {
    const found = new Map<string, EncodedMedia>();
    const keys: string[] = [];
    const missing = new Map<string, Pixels>();
    for (const each of media) {
      signal?.throwIfAborted();
      const [key, load] = await this.#identify(each);
      keys.push(key);
      const kept = found.get(key) ?? this.#kept.get(key);
      if (kept !== undefined) {
        this.#hits++;
        found.set(key, kept);
      } else if (!missing.has(key)) missing.set(key, await load());
      // pixels of many images are large: encode them as they come
      if (missing.size < IMAGES_AT_ONCE) continue;
      await this.#encodeInto(found, missing, signal);
      onProgress?.({ done: keys.length, total: media.length });
    }
    await this.#encodeInto(found, missing, signal);
    return keys.map((key) => {
      const encoded = found.get(key);
      if (encoded === undefined) throw new Error(`no image was encoded for ${key}`);
      return encoded;
    });
  }

  /** Encodes preprocessed pixels, without the memory. */
  async encodePixels(pixels: readonly Pixels[]): Promise<EncodedMedia[]> {
    const results: EncodedMedia[] = [];
    for (let start = 0; start < pixels.length; ) {
      // images of one run have the same number of frames
      const frames = pixels[start]?.frames ?? 1;
      let end = start + 1;
      while (end < pixels.length && end - start < IMAGES_AT_ONCE && pixels[end]?.frames === frames) end++;
      results.push(...(await this.#run(pixels.slice(start, end), frames)));
      start = end;
    }
    return results;
  }

  clear(): void {
    this.#kept.clear();
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
    const { image } = this.#manifest;
    const rule = { pixels: this.#pixels };
    if (media.kind === 'image') {
      const key = `image ${await hashOf(media.source)}`;
      return [key, async () => ({ key, pixels: await loadImage(media.source, image, rule), frames: 1 })];
    }
    const { frames } = media;
    const loaded = await loadFrames(media.source, image, frames === undefined ? rule : { ...rule, frames });
    const key = `video ${loaded.frames} ${createHash('sha256').update(loaded.pixels).digest('hex')}`;
    return [key, async () => ({ key, ...loaded })];
  }

  async #run(images: readonly Pixels[], frames: number): Promise<EncodedMedia[]> {
    const { size } = this.#manifest.image;
    const { layers } = this.#manifest.crossAttention;
    const each = frames * 3 * size * size;
    const data = new Float32Array(images.length * each);
    for (const [index, { pixels }] of images.entries()) data.set(pixels, index * each);
    const input = new Tensor('float32', data, [images.length, frames, 3, size, size]);
    const outputs = await this.#session.run({ pixels: input });
    this.#encoded += images.length;
    const part = (name: string, index: number): Float32Array => {
      const values = outputs[name]?.data;
      if (!(values instanceof Float32Array)) throw new Error(`the vision graph gave no float32 ${name}`);
      const length = values.length / images.length;
      // a copy: a view would keep the whole batch in memory
      return values.slice(index * length, (index + 1) * length);
    };
    const perLayer = (name: string, index: number) =>
      Array.from({ length: layers }, (_, layer) => part(`${name}.${layer}`, index));
    const results = images.map((_, index) => ({
      latents: part('latents', index),
      keys: perLayer('media_key', index),
      values: perLayer('media_value', index),
    }));
    for (const output of Object.values(outputs)) output.dispose();
    return results;
  }
}

async function hashOf(source: ImageSource): Promise<string> {
  await checkSource(source);
  const hash = createHash('sha256');
  if (typeof source !== 'string') return hash.update(source).digest('hex');
  await readAll(source, (piece) => hash.update(piece));
  return hash.digest('hex');
}

function bytesOf({ latents, keys, values }: EncodedMedia): number {
  return [latents, ...keys, ...values].reduce((sum, { byteLength }) => sum + byteLength, 1);
}
