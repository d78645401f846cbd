import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { onnxRuntimeFolder } from '../../cli/playground/onnx-runtime-folder.ts';
import { type Folders, serveFolders } from '../../cli/playground/serve-folders.ts';
import { bundleForWeb } from '../../cli/playground/web-bundle.ts';
import { findPreset } from '../../cli/presets.ts';
import { compile } from '../../compiler/compile.ts';
import { byteLevelTokenizer } from '../../compiler/index.ts';

export const EXAMPLES = fileURLToPath(new URL('../../models/emoji/examples', import.meta.url));
export const PICTURES = fileURLToPath(new URL('../images', import.meta.url));

/**
 * Compiles the model that ships.
 *
 * @param staticCache as `compile` takes it
 */
export async function compileEmoji(out: string, target: string, staticCache?: number): Promise<void> {
  const preset = await findPreset('emoji');
  if (preset?.weights === undefined || preset.tokenizer === undefined)
    throw new Error('no model ships with this');
  await compile(preset.program, {
    ...{ out, target, source: 'emoji', tokenizer: preset.tokenizer },
    ...{ weights: [preset.weights], copyWeights: true },
    ...(staticCache !== undefined && { staticCache }),
  });
}

/** Compiles a model of a second, whose weights are random. */
export async function compileTiny(out: string, seed = 1): Promise<void> {
  const preset = await findPreset('tiny');
  if (preset === undefined) throw new Error('there is no tiny model');
  const tokenizer = new TextEncoder().encode(JSON.stringify(byteLevelTokenizer()));
  await compile(preset.program, { out, seed, source: 'tiny', tokenizer });
}

let made: Promise<{ folder: string; emoji: string }> | undefined;

/** What pages load, bundled, and the model that ships, compiled; made once for all tests, removed when they end. */
export function webFiles(): Promise<{ folder: string; emoji: string }> {
  made ??= (async () => {
    const root = await mkdtemp(join(tmpdir(), 'flamingo-web-'));
    process.on('exit', () => rmSync(root, { recursive: true, force: true }));
    const [folder, emoji] = [join(root, 'site'), join(root, 'emoji')];
    await bundleForWeb(folder);
    await writeFile(
      join(folder, 'empty.html'),
      '<!doctype html><meta charset="utf-8"><title>empty</title><link rel="icon" href="data:,">',
    );
    await compileEmoji(emoji, 'cpu');
    return { folder, emoji };
  })();
  return made;
}

/** Loads the library into a page, as `flamingo`. */
export const importFlamingo = (page: Page): Promise<void> =>
  page.evaluate("import('/flamingo.js').then((module) => { globalThis.flamingo = module; })");

/** Serves what pages load, ONNX Runtime, the model that ships and pictures. */
export async function serveSite(
  further: Folders = {},
  headers?: Readonly<Record<string, string>>,
): Promise<{ server: Server; url: string }> {
  const { folder, emoji } = await webFiles();
  return serveFolders(
    {
      '/': folder,
      '/ort/': onnxRuntimeFolder(),
      '/models/emoji/': emoji,
      '/examples/': EXAMPLES,
      '/pictures/': PICTURES,
      ...further,
    },
    { port: 0, ...(headers && { headers }) },
  );
}
