import { randomBytes } from 'node:crypto';
import { copyFile, link, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { LIMITS } from '../../dsl/limits.ts';
import { isArtifactFile, MANIFEST, plainName } from '../artifact-names.ts';
import { type Manifest, readFileList } from '../manifest.ts';
import { readRegularFile } from '../read-regular-file.ts';
import { isSystemError, refusal } from '../system-error.ts';
import { UserError } from '../user-error.ts';
import { isWeightStore } from '../weight-store.ts';
import { ArtifactDraft, type Fingerprints, fingerprint } from './artifact-draft.ts';
import { claim } from './claim.ts';
import { makeFolder } from './make-folder.ts';
import { isPartialFolder, makePartialFolder, type PartialFolder, removeAbandoned } from './partial-folder.ts';

/** Who is changing the files of an artifact's folder. */
const LOCK = '.lock';

/**
 * Makes an artifact's folder, or puts another artifact into it, whole or not at all: `write` fills a hidden folder. A
 * new one takes the final name in one step. In a folder that has an artifact, the files of the new one are put beside
 * those of the old, under names that no other content has, and then its manifest takes the other's place in one step:
 * whoever reads the manifest finds all of one artifact, and of several processes that write the last one's stays. A run
 * that fails, or is killed, changes nothing, and what it left is removed by the next.
 *
 * @param replace allow an artifact that is already there to be replaced; any other folder is refused
 * @param write called once more when another process made an artifact of that name meanwhile
 * @throws UserError when the folder exists and may not be replaced, or there is no room for it
 */
export async function writeArtifactFolder(
  folder: string,
  replace: boolean,
  write: (draft: ArtifactDraft) => Promise<Manifest>,
): Promise<Manifest> {
  const target = resolve(folder);
  try {
    for (;;) {
      const found = await look(folder, target, replace);
      await makeFolder(dirname(target));
      await removeAbandoned(dirname(target), basename(target));
      await removeAbandoned(target);
      // Within a folder that is there: it may be a disk of its own.
      await using partial = await makePartialFolder(found.exists ? `${target}${sep}` : target);
      const manifest = await write(new ArtifactDraft(partial.path, found.files)).catch((error: unknown) => {
        // The folder that will be gone is no place that the user knows.
        if (!(error instanceof UserError)) throw error;
        throw new UserError(error.message.replaceAll(partial.path, folder), { cause: error.cause });
      });
      await writeFile(join(partial.path, MANIFEST), encodeManifest(manifest));
      const isDone = found.exists
        ? await publish(partial.path, target, manifest, () => look(folder, target, replace))
        : await appear(partial, target);
      if (isDone) return manifest;
    }
  } catch (error) {
    if (isSystemError(error)) throw new UserError(refusal(folder, error, 'written'));
    throw error;
  }
}

/**
 * Writes an artifact's manifest anew, which lists the same files.
 *
 * @throws UserError when it is no longer the manifest that it was
 */
export async function amendManifest(folder: string, before: Manifest, after: Manifest): Promise<void> {
  const target = resolve(folder);
  await using _lock = await claim(join(target, LOCK), () => {});
  const found = await readRegularFile(join(target, MANIFEST), LIMITS.manifest);
  if (found.toString('utf8') !== encodeManifest(before)) {
    throw new UserError(
      `The model in ${folder} was replaced by another process meanwhile: compile it again.`,
    );
  }
  await using partial = await makePartialFolder(`${target}${sep}`);
  await writeFile(join(partial.path, MANIFEST), encodeManifest(after));
  await rename(join(partial.path, MANIFEST), join(target, MANIFEST));
}

function encodeManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

interface Found {
  readonly exists: boolean;
  /** Of the artifact that is there. */
  readonly files: Fingerprints | undefined;
}

/** What is under the name of an artifact that will be made. */
async function look(folder: string, target: string, replace: boolean): Promise<Found> {
  const entries = await readdir(target).catch((error: unknown) => {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    if (isSystemError(error) && error.code === 'ENOTDIR')
      throw new UserError(`${folder} is a file; give a folder that --out may create.`);
    throw error;
  });
  if (entries === undefined) return { exists: false, files: undefined };
  if (entries.includes(MANIFEST)) {
    if (!replace) throw new UserError(`${folder} already holds a compiled model; add --force to replace it.`);
    const text = (await readRegularFile(join(target, MANIFEST), LIMITS.manifest)).toString('utf8');
    const files = Object.entries(readFileList(text)).map(
      ([name, facts]) => [name, fingerprint(facts)] as const,
    );
    return { exists: true, files: new Map(files) };
  }
  // A run that was killed while it filled an empty folder left its lock there.
  const isBegun = entries.includes(LOCK);
  const foreign = entries.filter(
    (name) =>
      name !== LOCK &&
      !isPartialFolder(name) &&
      !(isBegun && (isArtifactFile(name) || extname(name) === '.onnx')),
  );
  if (foreign.length > 0) {
    throw new UserError(
      `${folder} holds other files and is not a compiled model; give another folder with --out.`,
    );
  }
  return { exists: true, files: isBegun ? new Map() : undefined };
}

/** Gives a new folder its name. @returns whether the name was still free */
async function appear(partial: PartialFolder, target: string): Promise<boolean> {
  await partial.finish();
  try {
    await rename(partial.path, target);
    return true;
  } catch (error) {
    if (await stat(target).catch(() => undefined)) return false;
    throw error;
  }
}

/** @returns whether the names in the manifest were still free, or of the same files */
async function publish(
  partial: string,
  target: string,
  manifest: Manifest,
  lookAgain: () => Promise<Found>,
): Promise<boolean> {
  await using _lock = await claim(join(target, LOCK), () => {});
  const { files } = await lookAgain();
  for (const [name, facts] of Object.entries(manifest.files)) {
    const other = files?.get(name);
    if (other !== undefined && other !== fingerprint(facts)) return false;
  }
  for (const name of Object.keys(manifest.files)) await rename(join(partial, name), join(target, name));
  await rename(join(partial, MANIFEST), join(target, MANIFEST));
  // From here on nothing may fail: the artifact is there.
  const plain = await makePlainNames(target, partial, Object.keys(manifest.files));
  // Graphs have the names that their author gave them.
  const earlier = new Set([...(files?.keys() ?? [])].flatMap((name) => [name, plainName(name)]));
  for (const name of await readdir(target)) {
    const isOurs = isArtifactFile(name) || earlier.has(name);
    const isNeeded = Object.hasOwn(manifest.files, name) || plain.has(name) || !isOurs;
    if (!isNeeded) await rm(join(target, name), { force: true }).catch(() => {});
  }
  return true;
}

/**
 * Makes `vision.onnx` stand for `vision-0123456789ab.onnx`, for people and tools that know no manifest. Not so the
 * weights: a file of weights with a second name is refused by Python's onnx.
 *
 * @returns the names
 */
async function makePlainNames(
  target: string,
  partial: string,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const made = new Set<string>();
  for (const name of names) {
    const plain = plainName(name);
    if (plain === name || isWeightStore(plain) || names.includes(plain)) continue;
    const [from, to] = [join(target, name), join(partial, `${randomBytes(4).toString('hex')}.name`)];
    try {
      await link(from, to).catch(() => copyFile(from, to));
      await rename(to, join(target, plain));
      made.add(plain);
    } catch {
      // The name goes: better none than that of another model.
    }
  }
  return made;
}
