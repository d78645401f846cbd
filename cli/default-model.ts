import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../artifact/user-error.ts';
import type { CommandContext } from './command.ts';
import { findPreset } from './presets.ts';

/** The preset that answers where no model is named. */
export const DEFAULT_MODEL = 'emoji';

/**
 * The folder of the compiled default model: the small one that ships with its weights. It is compiled at its first
 * use, into the user's cache (`FLAMINGO_CACHE`, else `XDG_CACHE_HOME`, else `~/.cache`), once for each version of its
 * weights.
 *
 * @throws UserError when this package has no trained weights, or the cache cannot be written
 */
export async function defaultModel({ report, signal }: CommandContext): Promise<string> {
  const preset = await findPreset(DEFAULT_MODEL);
  if (preset?.weights === undefined || preset.tokenizer === undefined) {
    throw new UserError(
      'No model was named, and none ships with this package; give the folder of a compiled model.',
    );
  }
  const version = createHash('sha256')
    .update(await readFile(preset.weights))
    .digest('hex');
  const out = join(cacheFolder(), `${DEFAULT_MODEL}-${version.slice(0, 12)}`);
  if (existsSync(join(out, 'manifest.json'))) return out;
  report.note(`Compiling the model that ships, '${DEFAULT_MODEL}', into ${out}; this is done once.`);
  const { compile } = await import('../compiler/compile.ts');
  await compile(preset.program, {
    out,
    source: `flamingo-onnx preset ${DEFAULT_MODEL}`,
    tokenizer: preset.tokenizer,
    weights: [preset.weights],
    // A folder without a manifest is what is left of something else: it is not ours to keep.
    replace: true,
    copyWeights: true,
    onProgress: () => signal.throwIfAborted(),
  });
  return out;
}

function cacheFolder(): string {
  const { FLAMINGO_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  return own ?? join(shared ?? join(homedir(), '.cache'), 'flamingo-onnx');
}
