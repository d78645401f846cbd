import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '../../artifact/parse-json.ts';
import { readRegularFile } from '../../artifact/read-regular-file.ts';
import { UserError } from '../../artifact/user-error.ts';
import { LIMITS, type Limit } from '../../dsl/limits.ts';

/** What lies beside a model's weights in a folder of Hugging Face's layout; undefined for files that are not there. */
export interface ModelFolder {
  readonly path: string;
  readonly config: unknown;
  readonly preprocessor: unknown;
  readonly generation: unknown;
  readonly tokenizer: unknown;
  readonly specialTokens: unknown;
  readonly tokenizerConfig: unknown;
  readonly addedTokens: unknown;
}

/**
 * Reads the JSON files of a model's folder.
 *
 * @param what whose folder it is, for error sentences: `the language model`
 * @param configured whether `config.json` must be there. Default true
 * @throws UserError when there is no such folder, no `config.json` in it, or a file that is not JSON
 */
export async function readModelFolder(path: string, what: string, configured = true): Promise<ModelFolder> {
  const status = await stat(path).catch(() => undefined);
  if (status?.isDirectory() !== true) {
    throw new UserError(
      `${path} is not a folder; give the folder of ${what} as Hugging Face lays it out, with config.json and weights.`,
    );
  }
  const config = await readJson(join(path, 'config.json'));
  if (config === undefined && configured) {
    throw new UserError(`${path} has no config.json, which says how large ${what} is; download it too.`);
  }
  return {
    path,
    config,
    preprocessor:
      (await readJson(join(path, 'preprocessor_config.json'))) ??
      imageProcessorOf(await readJson(join(path, 'processor_config.json'))),
    generation: await readJson(join(path, 'generation_config.json')),
    tokenizer: await readJson(join(path, 'tokenizer.json'), LIMITS.tokenizer),
    specialTokens: await readJson(join(path, 'special_tokens_map.json')),
    tokenizerConfig: await readJson(join(path, 'tokenizer_config.json')),
    addedTokens: await readJson(join(path, 'added_tokens.json')),
  };
}

/** transformers 5 keeps the preprocessing among the processor's settings. */
function imageProcessorOf(processor: unknown): unknown {
  return typeof processor === 'object' && processor !== null && 'image_processor' in processor
    ? processor.image_processor
    : undefined;
}

/** The content of a JSON file, of a config's size at most unless told; undefined when there is none. */
export async function readJson(path: string, limit: Limit = LIMITS.config): Promise<unknown> {
  let text: string;
  try {
    text = (await readRegularFile(path, limit)).toString('utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new UserError(`${path} cannot be read; give a file that this user may read.`);
  }
  try {
    return parseJson(text, path, limit === LIMITS.config ? LIMITS.configValues : LIMITS.jsonValues);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is not JSON; download it again.`);
  }
}
