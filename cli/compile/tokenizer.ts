import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../artifact/user-error.ts';
import { readJson } from '../../compiler/checkpoints/model-folder.ts';
import { tokenizerFileNotes } from '../../compiler/checkpoints/tokenizer-notes.ts';
import { LIMITS } from '../../dsl/limits.ts';
import type { Program, PromptProgram } from '../../dsl/program/program.ts';
import type { Report } from '../report.ts';

/**
 * The tokenizer's file, once it is known to fit: a model that cannot encode a prompt would fail only when it runs.
 * Undefined for a program that reads no text.
 *
 * @param options.given The file that was named; default: that beside the model, or a token for every byte.
 * @param options.loaded Whether the model's weights are loaded: they were trained with one tokenizer, and answer nonsense
 *   with another.
 */
export async function chosenTokenizer(
  model: string,
  { given, loaded }: { readonly given: string | undefined; readonly loaded: boolean },
  program: Program,
  report: Report,
): Promise<string | undefined> {
  const { language } = program.facts;
  if (language === undefined) {
    if (given === undefined) return undefined;
    throw new UserError(
      `${model} is a graph that reads no text, so it has no use for the tokenizer ${given}: leave --tokenizer out.`,
    );
  }
  const beside = join(dirname(resolve(model)), 'tokenizer.json');
  const own = given ?? (existsSync(beside) ? beside : undefined);
  const path = own ?? BYTE_LEVEL_TOKENIZER;
  const { loadTokenizer } = await import('../../runtime/tokenizer.ts');
  const { tokens, vocabulary } = language;
  const tokenizer = await loadTokenizer(path, tokens).catch((error: unknown) => {
    if (own !== undefined || !(error instanceof UserError)) throw error;
    const wanted = [...new Set(Object.values(tokens).flat())]
      .filter((token) => typeof token === 'string')
      .join(' ');
    throw new UserError(
      `No tokenizer was given, and the one that makes a token of every byte lacks some of the model's special tokens (${wanted}): pass the model's tokenizer.json with --tokenizer.`,
    );
  });
  if (tokenizer.size > vocabulary) {
    throw tooManyTokens(path, tokenizer.size, vocabulary);
  }
  if (own === undefined && loaded && tokenizer.size !== vocabulary) {
    throw new UserError(
      `No tokenizer was given for the weights, and a token for every byte would make ${tokenizer.size} tokens where the model's vocabulary has ${vocabulary}: pass the tokenizer.json that the weights were trained with by --tokenizer.`,
    );
  }
  if (own !== undefined) {
    for (const note of tokenizerFileNotes(await readJson(own, LIMITS.tokenizer), own)) report.note(note);
  }
  if (own === undefined) report.note('No tokenizer given: every byte of a text is a token.');
  return path;
}

const BYTE_LEVEL_TOKENIZER = fileURLToPath(
  new URL('../../models/tokenizers/byte-level.json', import.meta.url),
);

/** Refuses a tokenizer whose tokens the model has no rows for. */
export async function checkedTokenizer(
  { program, tokenizer }: { readonly program: PromptProgram; readonly tokenizer: Uint8Array },
  path: string,
): Promise<void> {
  const { createTokenizer } = await import('../../runtime/tokenizer.ts');
  const { tokens, vocabulary } = program.facts.language;
  const { size } = createTokenizer(JSON.parse(Buffer.from(tokenizer).toString('utf8')), path, tokens);
  if (size > vocabulary) throw tooManyTokens(path, size, vocabulary);
}

function tooManyTokens(path: string, size: number, vocabulary: number): UserError {
  return new UserError(
    `The tokenizer ${path} has ${size} tokens, but the model's vocabulary has ${vocabulary}; pass the tokenizer that belongs to the model with --tokenizer.`,
  );
}
