import { parseJson } from '../artifact/parse-json.ts';
import { isContent, quoted } from '../artifact/quoted.ts';
import { readRegularFile } from '../artifact/read-regular-file.ts';
import { UserError } from '../artifact/user-error.ts';
import { LIMITS } from '../dsl/limits.ts';
import type { Program } from '../dsl/program/program.ts';
import { tokenizerFile } from './checkpoints/tokenizer-file.ts';

/**
 * The bytes of the tokenizer of a program that answers prompts, known to be a tokenizer's: what is wrong with it is said
 * before weights are read, which may take minutes. Undefined for a program that reads no text.
 *
 * @param given the path of a `tokenizer.json`, or its content
 * @throws UserError for a program that answers prompts without a tokenizer, or what is not a tokenizer's
 */
export async function promptTokenizer(
  program: Program,
  given: string | Uint8Array | undefined,
): Promise<Uint8Array | undefined> {
  if (program.facts.language === undefined) return undefined;
  if (given === undefined) {
    throw new UserError(
      `The program '${program.name}' answers prompts but no tokenizer was given: pass the model's tokenizer.json.`,
    );
  }
  const bytes = typeof given === 'string' ? await readTokenizer(given) : given;
  const label = typeof given === 'string' ? given : `The tokenizer of '${program.name}'`;
  tokenizerFile(parsed(bytes, label), label);
  return bytes;
}

function parsed(bytes: Uint8Array, label: string): unknown {
  try {
    return parseJson(Buffer.from(bytes).toString('utf8'), label, LIMITS.jsonValues);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${label} is not JSON: give a tokenizer.json as Hugging Face's save_pretrained writes it.`,
    );
  }
}

function readTokenizer(path: string): Promise<Uint8Array> {
  return readRegularFile(path, LIMITS.tokenizer).catch((error: unknown) => {
    if (error instanceof UserError) throw error;
    if (isContent(path)) {
      throw new UserError(
        `compile: the tokenizer's path is ${quoted(path)}, which is content: give its bytes, Buffer.from(text), or a path.`,
      );
    }
    throw new UserError(
      `${path} could not be read as the model's tokenizer; give a tokenizer.json with --tokenizer.`,
    );
  });
}
