import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileManifest, Manifest } from '../../artifact/manifest.ts';
import type { MediaWayDefinition } from '../../artifact/media/way.ts';
import { readRegularFile, refuseNul } from '../../artifact/read-regular-file.ts';
import { UserError } from '../../artifact/user-error.ts';
import { isWeightStore } from '../../artifact/weight-store.ts';
import { LIMITS } from '../../dsl/limits.ts';
import { checkArgument } from '../arguments/check-argument.ts';
import * as schemas from '../arguments/schemas.ts';
import { codeOf, sha256 } from './file-hash.ts';
import { checkLinked } from './linked-weights.ts';
import { checkFileNames, parseManifest, requireWeights } from './manifest-text.ts';
import { pathIn } from './path-in.ts';

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
      const { artifact, weights } = await checkArtifact(directory, text, isCurrent, options);
      // Weights are hashed while they are put to use, as any number may be one; what is wrong with them is what is told.
      const [checked, made] = await Promise.allSettled([weights(), use(artifact)]);
      const isWhole = checked.status === 'fulfilled' && made.status === 'fulfilled';
      if (isWhole && (await isCurrent())) return made.value;
      if (made.status === 'fulfilled') await discard(made.value);
      if (checked.status === 'rejected') throw checked.reason;
      if (made.status === 'rejected') throw made.reason;
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
): Promise<{ readonly artifact: Artifact; readonly weights: () => Promise<void> }> {
  const path = join(directory, 'manifest.json');
  const manifest = parseManifest(text, { path, directory }, ways);
  if (runnable) requireWeights(manifest, directory);
  checkFileNames(manifest, path);
  const stores: (() => Promise<void>)[] = [];
  for (const [file, expected] of Object.entries(manifest.files)) {
    const path = join(directory, file);
    const isStore = isWeightStore(file);
    if (isStore && !weights) continue;
    await checkSize(path, expected);
    const check = () => checkContent(path, expected, verify || expected.bytes < ALWAYS_HASHED);
    if (isStore) stores.push(check);
    else await check();
  }
  return {
    artifact: { directory, manifest, path: (file) => pathIn(directory, manifest, file), isCurrent },
    weights: async () => {
      for (const check of stores) await check();
    },
  };
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

async function checkSize(path: string, expected: FileManifest): Promise<void> {
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
}

async function checkContent(path: string, expected: FileManifest, hashed: boolean): Promise<void> {
  if ('header' in expected) return checkLinked(path, expected);
  if (hashed && (await sha256(path)) !== expected.sha256) {
    throw new UserError(
      `${path} is not the file that was compiled, as its SHA-256 differs from the manifest's: copy the whole artifact again.`,
    );
  }
}
