import { type FileHandle, open } from 'node:fs/promises';
import { sampleOf, wasWrittenTo } from '../../artifact/linked-file.ts';
import type { LinkedFile, Manifest } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import { codeOf, sha256 } from './file-hash.ts';

/**
 * Checks a checkpoint's file that the compiler did not read either: that its header and a sample of its numbers are
 * those that were compiled, and that nobody wrote to it.
 *
 * @throws UserError when it is another, or cannot be read
 */
export async function checkLinked(path: string, expected: LinkedFile): Promise<void> {
  const { offset, bytes, sha256: wanted } = expected.header;
  if (bytes === 0 || (await sha256(path, offset, bytes)) !== wanted) throw isAnother(path, 'header differs');
  const file = await openFile(path);
  try {
    if (wasWrittenTo(expected, await file.stat({ bigint: true }))) throw writtenTo(path);
    if ((await sampleOf(file, expected.bytes)) !== expected.sample) throw isAnother(path, 'numbers differ');
  } finally {
    await file.close();
  }
}

/**
 * The checkpoints' files under an open model that others may write to. The model computes with what is on the disk, so
 * it would answer differently from one moment to the next.
 */
export class LinkedWeights implements AsyncDisposable {
  readonly #held: readonly Held[];

  private constructor(held: readonly Held[]) {
    this.#held = held;
  }

  /** @param artifact the manifest, and where a file of it lies */
  static async open({
    manifest,
    path,
  }: {
    readonly manifest: Manifest;
    readonly path: (file: string) => string;
  }): Promise<LinkedWeights> {
    const held: Held[] = [];
    for (const [name, facts] of Object.entries(manifest.files)) {
      if (!('header' in facts) || facts.hardLink === undefined) continue;
      held.push({ path: path(name), facts, file: await openFile(path(name)) });
    }
    return new LinkedWeights(held);
  }

  /** @throws UserError when one of them was written to since the model was compiled */
  async check(): Promise<void> {
    for (const { path, facts, file } of this.#held)
      if (wasWrittenTo(facts, await file.stat({ bigint: true }))) throw writtenTo(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { file } of this.#held) await file.close();
  }
}

interface Held {
  readonly path: string;
  readonly facts: LinkedFile;
  readonly file: FileHandle;
}

function isAnother(path: string, why: string): UserError {
  return new UserError(
    `${path} is not the checkpoint that the model was compiled with, as its ${why}: put that one back, or take this one with 'flamingo relink'.`,
  );
}

function writtenTo(path: string): UserError {
  return new UserError(
    `${path} is a checkpoint that was written to since the model was compiled with it, so it may be another model: take it as it is now with 'flamingo relink', and add --copy-weights if it will be written to again.`,
  );
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw new UserError(`${path} cannot be read (${codeOf(error)}): pass a folder that this user may read.`);
  }
}
