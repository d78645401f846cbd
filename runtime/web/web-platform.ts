import type { MediaWayDefinition } from '../../artifact/media/way.ts';
import { UserError } from '../../artifact/user-error.ts';
import { LIMITS } from '../../dsl/limits.ts';
import { checkFileNames, parseManifest, requireLanguage, requireWeights } from '../artifact/manifest-text.ts';
import type { OpenedModel, Platform } from '../platform.ts';
import { openStages } from '../session/open-stages.ts';
import { parseTokenizer } from '../tokenizer/make-tokenizer.ts';
import type { TimeLimit } from '../tokenizer/time-limit.ts';
import { readBody, request } from './download.ts';
import { FileCache } from './file-cache.ts';
import { ModelFiles } from './model-files.ts';
import { WebRuntime } from './onnx-runtime.ts';
import { addressedPictures } from './pictures/addressed-pictures.ts';
import type { WebResponse, WebSettings } from './protocol.ts';
import type { WebProvider } from './provider.ts';

/** Memory of the machine where the browser does not say it. */
const USUAL_MEMORY = 4 * 2 ** 30;

/** A regular expression cannot be stopped in a browser but by ending its worker, which `close` of the model does. */
const withoutLimit: TimeLimit = (_, work) => {
  work();
  return true;
};

/** A page: artifacts and pictures lie at addresses, or are bytes. */
export function webPlatform(settings: WebSettings, send: (response: WebResponse) => void): Platform {
  const { provider, threads, onnxRuntime, base, cache } = settings;
  return {
    async withModel(address, { verify, ways }, use) {
      const folder = new URL(address.endsWith('/') ? address : `${address}/`, base).href;
      const kept = await FileCache.open(cache, (sentence) => send({ kind: 'note', sentence }));
      for (let attempt = 0; ; attempt += 1) {
        const text = await manifestAt(folder);
        try {
          const model = await openModel(folder, text, ways);
          return await use(model);
        } catch (error) {
          // Another may have taken its place meanwhile, whose files are other ones.
          if (attempt > 1 || (await manifestAt(folder)) === text) throw error;
        }
      }

      async function openModel(
        directory: string,
        text: string,
        ways: readonly MediaWayDefinition[],
      ): Promise<OpenedModel> {
        const path = `${directory}manifest.json`;
        const parsed = parseManifest(text, { path, directory }, ways);
        requireWeights(parsed, directory);
        checkFileNames(parsed, path);
        checkTarget(parsed.provider, provider, directory);
        const manifest = requireLanguage({ directory, manifest: parsed });
        const runtime = await WebRuntime.load(provider, {
          folder: onnxRuntime,
          threads,
          onBytes: (loaded, total) =>
            send({ kind: 'download', event: { loaded, total, file: 'ONNX Runtime', cached: false } }),
        });
        const files = new ModelFiles(directory, parsed, {
          cache: kept,
          verify,
          onDownload: (event) => send({ kind: 'download', event }),
          besides: runtime.bytes,
        });
        await files.forgetOthers();
        return {
          manifest,
          async loadTokenizer() {
            const file = files.fileOf('tokenizer.json');
            const content = new TextDecoder().decode(await files.read(file));
            return parseTokenizer(content, files.addressOf(file), manifest.language.tokens, withoutLimit);
          },
          openGraph: (name, options) =>
            openStages(
              {
                directory,
                manifest: parsed,
                openFile: async (graph) => {
                  const bytes = await files.read(graph.file);
                  const externalData = [];
                  for (const file of files.weightFiles())
                    externalData.push({ path: file, data: await files.read(file) });
                  return runtime.open(files.addressOf(graph.file), bytes, externalData, graph, options);
                },
              },
              name,
            ),
          // Nobody writes to what was downloaded.
          holdWeights: async () => ({ check: async () => {}, [Symbol.asyncDispose]: async () => {} }),
        };
      }
    },
    pictures: addressedPictures(base),
    importModule: (address) =>
      import(/* @vite-ignore */ /* webpackIgnore: true */ new URL(address, base).href),
    memory: 'deviceMemory' in navigator ? Number(navigator.deviceMemory) * 2 ** 30 : USUAL_MEMORY,
  };
}

async function manifestAt(folder: string): Promise<string> {
  const response = await request(`${folder}manifest.json`, { cache: 'no-cache' });
  return new TextDecoder().decode(await readBody(response, LIMITS.manifest.most));
}

/** Which artifacts each provider runs, by the provider that they were compiled for. */
const RUNS: Readonly<Record<WebProvider, readonly string[]>> = {
  wasm: ['cpu', 'webgpu'],
  webgpu: ['webgpu'],
};

/** @throws UserError for an artifact whose operators the provider has not */
function checkTarget(compiled: string, provider: WebProvider, directory: string): void {
  if (RUNS[provider].includes(compiled)) return;
  const other = provider === 'webgpu' && RUNS.wasm.includes(compiled) ? ", or use provider 'wasm'" : '';
  throw new UserError(
    `The model at ${directory} was compiled for '${compiled}', which provider '${provider}' does not run: compile it with --target ${provider === 'webgpu' ? 'webgpu' : 'cpu'}${other}.`,
  );
}
