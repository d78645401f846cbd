import { existsSync } from 'node:fs';
import { cp, mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MANIFEST } from '../../artifact/artifact-names.ts';
import { makeFolder } from '../../artifact/folder/make-folder.ts';
import { makePartialFolder, removeAbandoned } from '../../artifact/folder/partial-folder.ts';
import type { Manifest } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import { openArtifact } from '../../runtime/artifact/artifact.ts';
import { requireLanguage } from '../../runtime/artifact/manifest-text.ts';
import { ONNX_RUNTIME_FILES } from '../../runtime/web/onnx-runtime-files.ts';
import { onnxRuntimeFolder } from './onnx-runtime-folder.ts';
import type { Folders } from './serve-folders.ts';
import { bundleForWeb } from './web-bundle.ts';

/** A compiled model on the page. */
export type SiteModel = {
  readonly directory: string;
  /** What the page calls it, and its folder on the site. */
  readonly name: string;
  readonly manifest: Manifest;
};

/** Pictures to try, which ship with the emoji model, and the README's first prompt. */
const PICTURES = [
  'openmoji-red-apple',
  'openmoji-bicycle',
  'openmoji-high-heeled-shoe',
  'openmoji-airplane',
  'openmoji-guitar',
  'openmoji-pencil',
  'openmoji-pretzel',
  'twemoji-guitar',
  'twemoji-pretzel',
];
const PROMPT = {
  shots: [
    { picture: 'openmoji red apple', text: 'red apple' },
    { picture: 'openmoji bicycle', text: 'bicycle' },
  ],
  query: 'openmoji high heeled shoe',
};
const EXAMPLES = fileURLToPath(new URL('../../models/emoji/examples', import.meta.url));

/**
 * Opens the folders of models; those of one name are numbered.
 *
 * @throws UserError for what is no model that answers prompts
 */
export async function openModels(directories: readonly string[]): Promise<readonly SiteModel[]> {
  const models: SiteModel[] = [];
  for (const directory of directories) {
    const artifact = await openArtifact(directory);
    requireLanguage(artifact);
    const plain = basename(resolve(directory)).replaceAll(/[^\w.-]+/g, '-');
    let name = plain;
    for (let number = 2; models.some((model) => model.name === name); number += 1)
      name = `${plain}-${number}`;
    models.push({ directory, name, manifest: artifact.manifest });
  }
  return models;
}

/** Writes the page, its scripts and what it begins with into a folder that is there. */
export async function writePage(folder: string, models: readonly SiteModel[]): Promise<void> {
  const built = fileURLToPath(new URL('../../web', import.meta.url));
  // The published package has the bundles; a clone makes them.
  if (existsSync(join(built, 'flamingo.js'))) await cp(built, folder, { recursive: true });
  else await bundleForWeb(folder);
  const site = {
    models: models.map(({ name }) => ({ name, url: `models/${name}/` })),
    pictures: PICTURES.map((file) => ({ name: file.replaceAll('-', ' '), url: `examples/${file}.png` })),
    prompt: PROMPT,
  };
  await writeFile(join(folder, 'playground.json'), `${JSON.stringify(site, undefined, 2)}\n`);
}

/** The folders of a site: the page's, and those that are served from where they lie. */
export function foldersOf(page: string, models: readonly SiteModel[]): Folders {
  return {
    '/': page,
    '/ort/': onnxRuntimeFolder(),
    '/examples/': EXAMPLES,
    ...Object.fromEntries(models.map(({ name, directory }) => [`/models/${name}/`, directory])),
  };
}

/**
 * Writes a whole site into a folder of its own, which any server has as it is. It appears whole or not at all.
 *
 * @throws UserError where something is there already
 */
export async function writeSite(out: string, models: readonly SiteModel[]): Promise<void> {
  const place = resolve(out);
  if ((await stat(place).catch(() => undefined)) !== undefined)
    throw new UserError(`${out} exists already: choose another folder with --out, or remove it.`);
  const runtime = onnxRuntimeFolder();
  await makeFolder(dirname(place));
  await removeAbandoned(dirname(place), basename(place));
  await using partial = await makePartialFolder(place);
  await writePage(partial.path, models);
  await mkdir(join(partial.path, 'ort'));
  for (const names of Object.values(ONNX_RUNTIME_FILES))
    for (const name of Object.values(names)) await cp(join(runtime, name), join(partial.path, 'ort', name));
  await cp(EXAMPLES, join(partial.path, 'examples'), { recursive: true });
  for (const { directory, name, manifest } of models) {
    const folder = join(partial.path, 'models', name);
    await mkdir(folder, { recursive: true });
    for (const file of [MANIFEST, ...Object.keys(manifest.files)])
      await cp(join(directory, file), join(folder, file), { dereference: true });
  }
  await partial.finish();
  await rename(partial.path, place);
}
