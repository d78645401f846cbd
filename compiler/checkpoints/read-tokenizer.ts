import { basename, join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import { LIMITS } from '../../dsl/limits.ts';
import { type ModelFolder, readJson } from './model-folder.ts';
import { type TokenizerFile, tokenizerFile } from './tokenizer-file.ts';
import { afterTextNotes, tokenizerFileNotes } from './tokenizer-notes.ts';

/** Files of tokenizers that Python reads slowly: SentencePiece's model, tiktoken's ranks, BPE's merges. */
const OTHER_FORMAT = /\.(model|tiktoken|bpe|txt)$/;

/**
 * The tokenizer in a model's folder, or the one that is given in its place.
 *
 * @param given path of a `tokenizer.json`
 * @param what whose tokenizer it is, for error sentences: `the language model`
 * @param notes gets a sentence for each thing that the file asks of texts and that is not done
 * @throws UserError for a file that is not there, or not a tokenizer's
 */
export async function readTokenizer(
  folder: ModelFolder,
  given: string | undefined,
  what: string,
  notes: string[],
): Promise<{ readonly path: string; readonly tokenizer: TokenizerFile }> {
  if (given !== undefined && OTHER_FORMAT.test(basename(given))) {
    throw new UserError(
      `${given} is a tokenizer in another format than tokenizer.json: give the one that Hugging Face's AutoTokenizer.from_pretrained(…).save_pretrained(…) makes of it.`,
    );
  }
  const path = given ?? join(folder.path, 'tokenizer.json');
  const json = given === undefined ? folder.tokenizer : await readJson(given, LIMITS.tokenizer);
  if (json === undefined) {
    throw new UserError(
      `${path} does not exist; save ${what}'s tokenizer there with Hugging Face's AutoTokenizer.from_pretrained(…).save_pretrained(…), or give one with --tokenizer.`,
    );
  }
  const tokenizer = tokenizerFile(json, path);
  notes.push(...tokenizerFileNotes(json, path), ...afterTextNotes(tokenizer, path));
  return { path, tokenizer };
}
