import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileOfKind } from '../artifact/artifact-names.ts';
import {
  ARTIFACT_FORMAT,
  type FileManifest,
  type LanguageManifest,
  type Manifest,
  manifestSchema,
} from '../artifact/manifest.ts';
import { MEDIA_WAYS, mediaWay } from '../artifact/media/index.ts';
import type { MediaWayDefinition } from '../artifact/media/way.ts';
import { modelProblem } from '../artifact/model-problem.ts';
import { parseJson } from '../artifact/parse-json.ts';
import { plain, quoted } from '../artifact/quoted.ts';
import { readRegularFile, refuseNul } from '../artifact/read-regular-file.ts';
import { wholeGraphs } from '../artifact/stages.ts';
import { UserError } from '../artifact/user-error.ts';
import { isWeightStore } from '../artifact/weight-store.ts';
import { LIMITS } from '../dsl/limits.ts';
import { checkArgument } from './arguments/check-argument.ts';
import * as schemas from './arguments/schemas.ts';
import { codeOf, sha256 } from './file-hash.ts';
import { checkLinked } from './linked-weights.ts';

/** Files up to this many bytes are always hashed when an artifact is opened: a quarter of a second. */
const ALWAYS_HASHED = 256 * 2 ** 20;

/** For so long an artifact is opened again when it is replaced while it is being opened, in milliseconds. */
const REPLACED = 60_000;

/** A compiled model whose files have been checked. */
export type Artifact = {
  readonly directory: string;
  readonly manifest: Manifest;
  /** Path of one of the folder's files, by the name in the manifest or by what it is: `tokenizer.json`. */
  path(file: string): string;
  /** Whether the folder still has this model. */
  isCurrent(): Promise<boolean>;
};

export type OpenOptions = {
  /** Hash the large files too (weights). Default false: only their size is compared. */
  readonly verify?: boolean;
  /** Refuse an artifact that was compiled without weights, and so cannot run. Default true. */
  readonly runnable?: boolean;
  /** Check the files of the weights; false where they are about to be replaced. Default true. */
  readonly weights?: boolean;
  /** Ways of media besides this project's. Default none. */
  readonly ways?: readonly MediaWayDefinition[];
};

/**
 * Opens an artifact's folder: reads its manifest, and compares every file's size and SHA-256 with it. Of a linked
 * checkpoint, which may be large, the size, the header and a sample are compared, and whether it was written to, always;
 * the rest never. A model that takes the place of another meanwhile is opened whole, or the other is.
 *
 * @throws UserError for a folder without a manifest, a manifest of another format or with a wrong field, a missing or
 *   altered file, or an artifact compiled without weights.
 */
export async function openArtifact(directory: string, options: OpenOptions = {}): Promise<Artifact> {
  checkArgument("the artifact's folder", schemas.path, directory);
  checkArgument('the options of openArtifact', schemas.openOptions, options);
  return withArtifact(directory, options, async (artifact) => artifact);
}

/**
 * Opens an artifact and what is made of its files, and does so again where another took its place meanwhile.
 *
 * @param use what may fail when files of the artifact are no longer there
 * @param discard frees what `use` gave when it may be of two models
 * @throws UserError as `openArtifact`, and what `use` throws
 */
export async function withArtifact<T>(
  directory: string,
  options: OpenOptions,
  use: (artifact: Artifact) => Promise<T>,
  discard: (made: T) => Promise<void> = async () => {},
): Promise<T> {
  refuseNul(directory);
  const began = performance.now();
  for (;;) {
    const version = await manifestVersion(directory);
    const text = await readManifest(directory);
    const isCurrent = async () => (await manifestVersion(directory)) === version;
    try {
      const artifact = await checkArtifact(directory, text, isCurrent, options);
      const made = await use(artifact);
      if (await isCurrent()) return made;
      await discard(made);
    } catch (error) {
      if (await isCurrent()) throw error;
    }
    if (performance.now() - began > REPLACED) {
      throw new UserError(
        `The model in ${directory} was replaced again and again while it was being opened: open it when nobody compiles into it.`,
      );
    }
  }
}

async function checkArtifact(
  directory: string,
  text: string,
  isCurrent: () => Promise<boolean>,
  { verify = false, runnable = true, weights = true, ways = [] }: OpenOptions,
): Promise<Artifact> {
  const manifest = parseManifest(directory, text, ways);
  if (runnable && manifest.parameters.origin === 'none') {
    throw new UserError(
      `The artifact ${directory} was compiled without weights and cannot run: compile it again with weights, or with a seed.`,
    );
  }
  for (const [file, expected] of Object.entries(manifest.files)) {
    if (!weights && isWeightStore(file)) continue;
    await checkFile(directory, file, expected, verify || expected.bytes < ALWAYS_HASHED);
  }
  for (const { file } of Object.values(manifest.graphs)) {
    // Not just any property: `constructor` is one of every object.
    if (!Object.hasOwn(manifest.files, file)) {
      throw new UserError(
        `${join(directory, 'manifest.json')} names the graph '${plain(file)}' but does not list it under files: compile the model again.`,
      );
    }
  }
  const path = (file: string) => join(directory, fileOfKind(manifest.files, file) ?? file);
  return { directory, manifest, path, isCurrent };
}

/**
 * The manifest of a model that answers prompts.
 *
 * @throws UserError for an artifact of graphs that are run by themselves
 */
export function requireLanguage({ directory, manifest }: Artifact): LanguageManifest {
  const { language, media } = manifest;
  if (language !== undefined && media !== undefined) return { ...manifest, language, media };
  throw new UserError(
    `${directory} holds ${Object.keys(manifest.graphs).length === 1 ? 'a graph' : 'graphs'} to be run by name and no model that answers prompts: load it with loadGraph, or compile a model.`,
  );
}

/** Tells a manifest from every other that has its place, also from one of the same text. */
async function manifestVersion(directory: string): Promise<string | undefined> {
  const found = await stat(join(directory, 'manifest.json'), { bigint: true }).catch(() => undefined);
  return found && [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
}

async function readManifest(directory: string): Promise<string> {
  const path = join(directory, 'manifest.json');
  try {
    return (await readRegularFile(path, LIMITS.manifest)).toString('utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new UserError(
        `${directory} is not an artifact, as it has no manifest.json: pass the folder that 'flamingo compile' wrote.`,
      );
    }
    throw new UserError(`${path} cannot be read (${code}): pass a folder that this user may read.`);
  }
}

function parseManifest(directory: string, text: string, ways: readonly MediaWayDefinition[]): Manifest {
  const path = join(directory, 'manifest.json');
  let json: unknown;
  try {
    json = parseJson(text, path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is not JSON: compile the model again.`);
  }
  const format = typeof json === 'object' && json !== null && 'format' in json ? json.format : undefined;
  if (format !== undefined && format !== ARTIFACT_FORMAT) {
    throw new UserError(
      `${path} has format ${shown(format)} but this version of flamingo-onnx reads format ${ARTIFACT_FORMAT}: compile the model again with it.`,
    );
  }
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) {
    const { media } = parsed.data;
    if (media !== undefined && mediaWay(media, ways) === undefined) {
      const known = [...MEDIA_WAYS, ...ways.map(({ way }) => way)].join(', ');
      throw new UserError(
        `${directory} was compiled with the way of media '${plain(media.way)}', but those that are known here are ${known}: load it with its definition in the option 'ways', or call the command line in the folder whose flamingo.config.ts has it.`,
      );
    }
    const problem = manifestProblem(parsed.data, ways);
    if (problem === undefined) return parsed.data;
    throw new UserError(`${path} ${problem}: compile the model again.`);
  }
  const [issue] = parsed.error.issues;
  const field =
    issue === undefined || issue.path.length === 0
      ? 'the whole file'
      : `field '${plain(issue.path.join('.'))}'`;
  const reason = plain(issue?.message.replace(/^Invalid input: /, '') ?? 'unknown');
  throw new UserError(`${path} is wrong at ${field} (${reason}): compile the model again.`);
}

/** A manifest's own names, which a problem quotes, may be of any length. */
const LONGEST_PROBLEM = 1_000;

/** What a manifest whose fields are as they should be still gets wrong. */
function manifestProblem(manifest: Manifest, ways: readonly MediaWayDefinition[]): string | undefined {
  const files = Object.keys(manifest.files).length;
  if (files > LIMITS.artifactFiles.most)
    return `lists ${files} files, but at most ${LIMITS.artifactFiles.most} are read`;
  const missing = Object.values(manifest.stages ?? {})
    .flat()
    .find((name) => !Object.hasOwn(manifest.graphs, name));
  if (missing !== undefined) return `has the stage '${plain(missing)}', which is not among its graphs`;
  const problem = modelProblem(manifest, wholeGraphs(manifest.graphs, manifest.stages), ways);
  return problem && `says what does not go together: ${plain(problem, LONGEST_PROBLEM)}`;
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : quoted(typeof value === 'string' ? value : typeof value);
}

async function checkFile(
  directory: string,
  file: string,
  expected: FileManifest,
  hashed: boolean,
): Promise<void> {
  const path = join(directory, file);
  if (file === '' || file === '.' || file === '..' || /[/\\\p{Cc}]/u.test(file)) {
    throw new UserError(
      `${join(directory, 'manifest.json')} lists the file '${plain(file)}', which is not in the folder itself: compile the model again.`,
    );
  }
  let bytes: number;
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new UserError(`${path} is not a file: compile the model again.`);
    bytes = found.size;
  } catch (error) {
    if (error instanceof UserError) throw error;
    const code = codeOf(error);
    const reason = code === 'ENOENT' ? 'is missing' : `cannot be opened (${code})`;
    throw new UserError(`${path} ${reason}, but the manifest lists it: copy the whole artifact again.`);
  }
  if (bytes !== expected.bytes) {
    throw new UserError(
      `${path} has ${bytes} bytes but ${expected.bytes} are expected: copy the whole artifact again.`,
    );
  }
  if ('header' in expected) return checkLinked(path, expected);
  if (hashed && (await sha256(path)) !== expected.sha256) {
    throw new UserError(
      `${path} is not the file that was compiled, as its SHA-256 differs from the manifest's: copy the whole artifact again.`,
    );
  }
}
