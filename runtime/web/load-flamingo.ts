import { z } from 'zod';
import type { MediaWayDefinition } from '../../artifact/media/way.ts';
import { UserError } from '../../artifact/user-error.ts';
import { checkArgument } from '../arguments/check-argument.ts';
import * as schemas from '../arguments/schemas.ts';
import type { PixelRule } from '../images/pixel-rule.ts';
import { modulesOf } from '../media/own-ways.ts';
import { FlamingoModel } from '../model.ts';
import { WorkerClient } from '../worker/client.ts';
import { ownAddress, wholeAddress } from './addresses.ts';
import type { DownloadEvent } from './protocol.ts';
import { checkWebProvider, WEB_PROVIDERS, type WebProvider } from './provider.ts';
import { startWorker } from './start-worker.ts';

export type WebLoadOptions = {
  /** Default `wasm`. It is used or refused, never replaced by another. */
  readonly provider?: WebProvider;
  /**
   * Threads of WebAssembly; more than one on an isolated page alone. Default: half of the processor's, at most 4, or 1
   * where the page is not isolated.
   */
  readonly threads?: number;
  /** Told how far the model is downloaded. */
  readonly onProgress?: (event: DownloadEvent) => void;
  /** Stops the download and ends the worker. */
  readonly signal?: AbortSignal;
  /** Told, in a sentence, what is otherwise than one might think. Default: a warning on the console. */
  readonly onNote?: (sentence: string) => void;
  /** Keep the model's files in the browser's cache. Default true. */
  readonly cache?: boolean;
  /** Compare the SHA-256 of files from the cache too; what is downloaded always is. Default false. */
  readonly verify?: boolean;
  /** Address of the folder with onnxruntime-web's files. Default: `ort/` beside the worker. */
  readonly onnxRuntime?: string | URL;
  /** Address of the worker's module. Default: `flamingo-worker.js` beside this module. */
  readonly worker?: string | URL;
  /** See `LoadOptions` of `flamingo-onnx/runtime`, as are all that follow. */
  readonly pixels?: PixelRule;
  readonly imageMemory?: number;
  readonly concurrency?: number;
  readonly queue?: number;
  readonly cachedTokens?: number;
  readonly prefillChunk?: number;
  readonly keptTokens?: number;
  readonly optimisation?: 'disabled' | 'basic' | 'extended' | 'all';
  readonly ways?: readonly MediaWayDefinition[];
};

const address = z.union([z.string().min(1), z.instanceof(URL)], 'an address');

const webOptions = schemas.loadOptions.omit({ provider: true }).extend({
  provider: z.enum(WEB_PROVIDERS).optional(),
  signal: z.instanceof(AbortSignal).optional(),
  onProgress: z.custom<() => void>((value) => typeof value === 'function', 'a function').optional(),
  onNote: z.custom<() => void>((value) => typeof value === 'function', 'a function').optional(),
  cache: z.boolean().optional(),
  onnxRuntime: address.optional(),
  worker: address.optional(),
});

/**
 * Loads a compiled model in a page, in a worker of its own. Pictures of its prompts are bytes of image files, or addresses.
 *
 * @param url Of the artifact's folder, relative to the page.
 * @throws UserError for an artifact, a provider or options that cannot be used; the signal's reason when aborted.
 */
export async function loadFlamingo(url: string | URL, options: WebLoadOptions = {}): Promise<FlamingoModel> {
  checkArgument("the model's address", address, url);
  checkArgument('the options of loadFlamingo', webOptions, options);
  const {
    provider = 'wasm',
    threads: wantedThreads,
    onProgress = () => {},
    signal,
    onNote = (sentence) => console.warn(sentence),
    cache = true,
    verify = false,
    worker,
    ways = [],
    imageMemory = 256 * 2 ** 20,
    concurrency = 32,
    queue = 1024,
    ...session
  } = options;
  const base = ownAddress();
  const directory = wholeAddress(url, base, "The model's address").href;
  const entry = workerAt(worker, base);
  const { onnxRuntime = './ort/', ...rest } = session;
  const folder = folderAt(
    wholeAddress(onnxRuntime, options.onnxRuntime === undefined ? entry : base, "ONNX Runtime's address"),
  );
  signal?.throwIfAborted();
  const threads = await checkWebProvider(provider, wantedThreads, onNote);
  // It may have been while the browser was asked.
  signal?.throwIfAborted();
  const settings = { provider, threads, base, cache, onnxRuntime: folder };
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  let thrown: { readonly error: unknown } | undefined;
  /** A listener that throws ends what it listens to. */
  const guarded =
    <Event>(listener: (event: Event) => void) =>
    (event: Event): void => {
      try {
        listener(event);
      } catch (error) {
        thrown ??= { error };
        stop();
      }
    };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const { client, manifest } = await WorkerClient.open(
      {
        directory,
        ...{ verify, imageMemory, concurrency, queue, ways: modulesOf(ways) },
        ...rest,
      },
      startWorker(entry, settings, {
        onDownload: guarded(onProgress),
        onNote: guarded(onNote),
        signal: stopped.signal,
      }),
    );
    return new FlamingoModel(client, manifest);
  } catch (error) {
    signal?.throwIfAborted();
    throw thrown === undefined ? error : thrown.error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Where the worker's module lies. */
function workerAt(given: string | URL | undefined, base: string): URL {
  if (given !== undefined) return wholeAddress(given, base, "The worker's address");
  // Some bundlers leave a module without an address.
  if (!import.meta.url) {
    throw new UserError(
      "Where flamingo-worker.js lies is not known, since this was bundled into a script that is no module: say it with the option 'worker', or bundle to a module.",
    );
  }
  return new URL('./flamingo-worker.js', import.meta.url);
}

function folderAt(url: URL): string {
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}
