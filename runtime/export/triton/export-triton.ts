import { constants } from 'node:fs';
import { copyFile, link, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileOfKind, TOKENIZER } from '../../../artifact/artifact-names.ts';
import { makeFolder } from '../../../artifact/folder/make-folder.ts';
import { makePartialFolder, removeAbandoned } from '../../../artifact/folder/partial-folder.ts';
import { isSystemError, refusal } from '../../../artifact/system-error.ts';
import { UserError } from '../../../artifact/user-error.ts';
import { isWeightStore } from '../../../artifact/weight-store.ts';
import { moduleAddress } from '../../../dsl/module-address.ts';
import { type Artifact, openArtifact } from '../../artifact/artifact.ts';
import { requireLanguage } from '../../artifact/manifest-text.ts';
import { loadTokenizer } from '../../tokenizer.ts';
import { inferenceService } from './inference-service.ts';
import { modelConfigText } from './model-config.ts';
import { repositoryReadme } from './readme.ts';
import { type Repository, type RepositoryOptions, repositoryOf } from './repository.ts';
import type { RepositoryModel } from './repository-model.ts';
import { dockerfile } from './triton-image.ts';

export interface ExportTritonOptions extends RepositoryOptions {
  /** The folder to make; it must not be there. */
  readonly out: string;
}

/** Files that go into a repository as they are. */
const FILES = new URL('./files/', moduleAddress(import.meta.url));

/**
 * Writes a model repository for NVIDIA Triton's ONNX Runtime backend that serves an artifact: the models of
 * `repositoryOf` under `models/`, clients in TypeScript and Python that ask over KServe's v2 protocol, an
 * `InferenceService`, and a README with the command that starts it. Graphs and weights are linked where the disk can,
 * else copied. The folder appears whole or not at all.
 *
 * @param directory the artifact's folder
 * @returns the names of the models
 * @throws UserError for a folder that is there, an artifact that cannot be served so (`repositoryOf`), and as `openArtifact`
 */
export async function exportTriton(
  directory: string,
  { out, ...options }: ExportTritonOptions,
): Promise<readonly string[]> {
  const artifact = await openArtifact(directory);
  const manifest = requireLanguage(artifact);
  const tokenizer = await loadTokenizer(artifact.path(TOKENIZER), manifest.language.tokens);
  const repository = repositoryOf(manifest, tokenizer, options);
  const target = resolve(out);
  try {
    if (await stat(target).catch(() => undefined))
      throw new UserError(`${out} is there already: give another folder with --out, or remove it.`);
    await makeFolder(dirname(target));
    await removeAbandoned(dirname(target), basename(target));
    await using partial = await makePartialFolder(target);
    await writeRepository(partial.path, artifact, repository);
    await partial.finish();
    await rename(partial.path, target);
  } catch (error) {
    if (isSystemError(error)) throw new UserError(refusal(out, error, 'written'));
    throw error;
  }
  return repository.models.map(({ config }) => config.name);
}

async function writeRepository(
  folder: string,
  artifact: Artifact,
  { models, settings }: Repository,
): Promise<void> {
  for (const model of models) {
    const place = join(folder, 'models', model.config.name);
    const version = join(place, '1');
    await mkdir(version, { recursive: true });
    await writeFile(join(place, 'config.pbtxt'), modelConfigText(model.config));
    await putGraph(version, artifact, model);
    if (model.config.backend !== 'python') continue;
    await writeFile(join(version, 'flamingo.json'), `${JSON.stringify(settings, null, 2)}\n`);
    await put(artifact.path(TOKENIZER), join(version, TOKENIZER));
    for (const name of ['model.py', 'prompt.py'])
      await put(fileURLToPath(new URL(name, FILES)), join(version, name));
  }
  const names = models.map(({ config }) => config.name);
  const { name } = artifact.manifest.model;
  const hasPython = settings !== undefined;
  const files = {
    'README.md': repositoryReadme({
      ...{ name, models: names, isCuda: artifact.manifest.provider === 'cuda', answers: hasPython },
      readsPixels: settings?.readsPixels === true,
    }),
    'inference-service.yaml': inferenceService({
      ...{ name, gpus: cardsOf(models), bytes: artifact.manifest.parameters.bytes, hasPython },
    }),
    ...(hasPython && { Dockerfile: dockerfile() }),
  };
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  if (!hasPython) return;
  for (const client of ['client.py', 'client.ts']) {
    const text = await readFile(new URL(client, FILES), 'utf8');
    await writeFile(join(folder, client), text.replaceAll('MODEL_NAME', names.at(-1) ?? name));
  }
}

/** Cards that the models ask for: those that are named, or one where any will do. */
function cardsOf(models: readonly RepositoryModel[]): number {
  const groups = models.flatMap(({ config }) => config.instance_group ?? []);
  const onCards = groups.filter(({ kind }) => kind === 'KIND_GPU');
  return Math.max(new Set(onCards.flatMap(({ gpus = [] }) => gpus)).size, Math.min(1, onCards.length));
}

/** A graph with the files that have its weights, which it looks for beside itself. */
async function putGraph(
  folder: string,
  { manifest, directory }: Artifact,
  { graph, config }: RepositoryModel,
): Promise<void> {
  if (graph === undefined) return;
  const file = config.default_model_filename ?? fileOfKind(manifest.files, `${graph}.onnx`) ?? '';
  const weights = Object.keys(manifest.files).filter((name) => isWeightStore(name));
  for (const name of [file, ...weights]) await put(join(directory, name), join(folder, name));
}

/** Links a file, or copies it where the disk does not link. */
async function put(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE));
}
