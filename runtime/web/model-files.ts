import { CACHE_GRAPHS } from '../../artifact/added-graphs/cache-contract.ts';
import { MEDIA_GRAPHS } from '../../artifact/added-graphs/media-contract.ts';
import { fileOfKind } from '../../artifact/artifact-names.ts';
import type { FileManifest, Manifest } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import { isWeightStore } from '../../artifact/weight-store.ts';
import { hashOf, readBody, request } from './download.ts';
import type { FileCache } from './file-cache.ts';
import type { DownloadEvent } from './protocol.ts';

/** WebAssembly has 4 GiB of memory in all, in which weights stand beside what is computed. */
const MOST_BYTES = 3.5 * 2 ** 30;

export type Download = {
  readonly cache: FileCache;
  /** Whether files from the cache are hashed again. */
  readonly verify: boolean;
  readonly onDownload: (event: DownloadEvent) => void;
  /** Bytes that come besides: those of ONNX Runtime. */
  readonly besides: number;
};

/** The files of an artifact that lies at an address; each is fetched once, and held as long as this is. */
export class ModelFiles {
  readonly #address: string;
  readonly #manifest: Manifest;
  readonly #download: Download;
  readonly #held = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
  readonly #total: number;
  #loaded: number;

  /**
   * @param address of the folder, with a slash at its end
   * @throws UserError for more bytes than a page can hold
   */
  constructor(address: string, manifest: Manifest, download: Download) {
    this.#address = address;
    this.#manifest = manifest;
    this.#download = download;
    const needed = [...this.graphFiles(), ...this.weightFiles(), this.fileOf('tokenizer.json')];
    const bytes = [...new Set(needed)].reduce((sum, file) => sum + (manifest.files[file]?.bytes ?? 0), 0);
    if (bytes > MOST_BYTES) {
      throw new UserError(
        `The model at ${address} has ${(bytes / 2 ** 30).toFixed(1)} GiB but a page holds at most ${MOST_BYTES / 2 ** 30}: compile it with --precision int4, or a smaller one.`,
      );
    }
    this.#total = bytes + download.besides;
    this.#loaded = download.besides;
  }

  /** The name of a file by what it is. */
  fileOf(kind: string): string {
    return fileOfKind(this.#manifest.files, kind) ?? kind;
  }

  /** Files of the graphs that answer prompts. */
  graphFiles(): readonly string[] {
    const { graphs, stages = {} } = this.#manifest;
    return ['vision', 'language', ...Object.values(CACHE_GRAPHS), ...Object.values(MEDIA_GRAPHS)]
      .flatMap((name) => (Object.hasOwn(stages, name) ? (stages[name] ?? []) : [name]))
      .flatMap((name) => (Object.hasOwn(graphs, name) ? [graphs[name]?.file ?? name] : []));
  }

  weightFiles(): readonly string[] {
    return Object.keys(this.#manifest.files).filter(isWeightStore);
  }

  /** Where a file lies. */
  addressOf(file: string): string {
    return new URL(encodeURIComponent(file), this.#address).href;
  }

  /** Drops from the browser's cache what is kept of this folder and is no file of this model. */
  async forgetOthers(): Promise<void> {
    const files = Object.entries(this.#manifest.files).map(
      ([file, expected]) => [this.addressOf(file), contentOf(expected)] as const,
    );
    await this.#download.cache.keepOnly(this.#address, files);
  }

  /** @throws UserError for a file that cannot be had, or is not the manifest's */
  read(file: string): Promise<Uint8Array<ArrayBuffer>> {
    const held = this.#held.get(file) ?? this.#read(file);
    this.#held.set(file, held);
    return held;
  }

  async #read(file: string): Promise<Uint8Array<ArrayBuffer>> {
    const expected = this.#manifest.files[file];
    const address = this.addressOf(file);
    if (expected === undefined) throw new UserError(`The manifest at ${this.#address} has no ${file}.`);
    const { cache, verify } = this.#download;
    const content = contentOf(expected);
    const before = this.#loaded;
    const tell = (loaded: number, cached: boolean) => {
      this.#loaded = before + loaded;
      this.#download.onDownload({ loaded: this.#loaded, total: this.#total, file, cached });
    };
    const kept = await cache.find(address, content, expected.bytes);
    if (kept !== undefined && (!verify || (await isContent(kept, expected)))) {
      tell(kept.length, true);
      return kept;
    }
    let loaded = 0;
    const bytes = await readBody(await request(address), expected.bytes, (more) => {
      loaded += more;
      tell(loaded, false);
    });
    if (bytes.length !== expected.bytes) {
      throw new UserError(
        `${address} has ${bytes.length} bytes but ${expected.bytes} are expected: copy the whole artifact again.`,
      );
    }
    if (!(await isContent(bytes, expected))) {
      throw new UserError(
        `${address} is not the file that was compiled, as its SHA-256 differs from the manifest's: copy the whole artifact again.`,
      );
    }
    await cache.keep(address, content, bytes);
    return bytes;
  }
}

/** What tells a file's content from every other; of a linked checkpoint its header and a sample. */
function contentOf(file: FileManifest): string {
  return 'header' in file ? `${file.header.sha256}${file.sample}` : file.sha256;
}

async function isContent(bytes: Uint8Array<ArrayBuffer>, expected: FileManifest): Promise<boolean> {
  if (!('header' in expected)) return (await hashOf(bytes)) === expected.sha256;
  const { offset, bytes: length, sha256 } = expected.header;
  return (await hashOf(bytes.slice(offset, offset + length))) === sha256;
}
