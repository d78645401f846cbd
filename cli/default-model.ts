import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST } from '../artifact/artifact-names.ts';
import { cacheFolder } from '../artifact/folder/cache-folder.ts';
import { checkWritable } from '../artifact/folder/check-writable.ts';
import { makeFolder } from '../artifact/folder/make-folder.ts';
import { removeAbandoned } from '../artifact/folder/partial-folder.ts';
import { isSystemError, refusal } from '../artifact/system-error.ts';
import { UserError } from '../artifact/user-error.ts';
import type { CommandContext } from './command.ts';
import { shippedFiles } from './shipped-files.ts';

/** The preset that answers where no model is named. */
export const DEFAULT_MODEL = 'emoji';

/**
 * The folder of the compiled default model: the small one that ships with its weights. It is compiled at its first
 * use, into the user's cache, once for each version of its weights, and again when the compiled model is found damaged.
 *
 * @throws UserError when this package has no trained weights, or the cache cannot be written
 */
export async function defaultModel({ report, signal }: CommandContext): Promise<string> {
  const { weights, tokenizer } = shippedFiles(DEFAULT_MODEL);
  if (weights === undefined || tokenizer === undefined) {
    throw new UserError(
      'No model was named, and none ships with this package; give the folder of a compiled model.',
    );
  }
  const version = createHash('sha256')
    .update(await readFile(weights))
    .digest('hex');
  const cache = cacheFolder();
  await removeAbandoned(cache);
  const out = join(cache, `${DEFAULT_MODEL}-${version.slice(0, 12)}`);
  const damage = await damageOf(out);
  if (damage === undefined) return out;
  await checkCache(cache);
  report.note(`${damage}Compiling the model that ships, '${DEFAULT_MODEL}', into ${out}; this is done once.`);
  const [{ compile }, { findPreset }] = await Promise.all([
    import('../compiler/compile.ts'),
    import('./presets.ts'),
  ]);
  const preset = await findPreset(DEFAULT_MODEL);
  if (preset === undefined) throw new Error(`there is no preset ${DEFAULT_MODEL}`);
  await compile(preset.program, {
    out,
    source: `flamingo-onnx preset ${DEFAULT_MODEL}`,
    tokenizer,
    weights: [weights],
    replace: true,
    copyWeights: true,
    onProgress: () => signal.throwIfAborted(),
  });
  return out;
}

/** What is wrong with the compiled model: nothing to say where it was never compiled, undefined where it is whole. */
async function damageOf(folder: string): Promise<string | undefined> {
  const entries: readonly string[] = await readdir(folder).catch(() => []);
  if (entries.length === 0) return '';
  if (!entries.includes(MANIFEST)) {
    // Nobody makes a model in a folder that has something in it, so nobody is.
    await rm(folder, { recursive: true });
    return 'The compiled model had no manifest. ';
  }
  const { openArtifact } = await import('../runtime/artifact/artifact.ts');
  try {
    await openArtifact(folder, { verify: true });
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `The compiled model is damaged or of another release (${error.message.replace(/\.$/, '')}). `;
  }
}

/** @throws UserError where nothing can be written into the cache, as where a service's user has no home */
async function checkCache(cache: string): Promise<void> {
  try {
    await makeFolder(cache);
    await checkWritable(join(cache, DEFAULT_MODEL));
  } catch (error) {
    if (!(error instanceof UserError) && !isSystemError(error)) throw error;
    const reason = error instanceof UserError ? error.message : refusal(cache, error, 'written');
    throw new UserError(
      `The model that ships is compiled into the user's cache at its first use, which cannot be written (${reason.replace(/\.$/, '')}): set FLAMINGO_CACHE to a folder that can, or give the folder of a compiled model.`,
    );
  }
}
