import { parseJson } from '../../../../artifact/parse-json.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import { LIMITS } from '../../../../dsl/limits.ts';
import { textPieces } from './text-pieces.ts';

/**
 * The values of a file with one JSON value a line, by their lines from 1; `undefined` for a line that is no JSON.
 *
 * @throws UserError for a file that cannot be read, or a line that is too long
 */
export async function* jsonLines(
  file: string,
  signal?: AbortSignal,
): AsyncGenerator<{ readonly key: number; readonly value: unknown }> {
  let number = 0;
  for await (const line of lines(file, signal)) {
    number += 1;
    if (line.trim() !== '') yield { key: number, value: parsed(line, `${file} line ${number}`) };
  }
}

function parsed(line: string, where: string): unknown {
  try {
    return parseJson(line, where);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function* lines(file: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of textPieces(file, signal)) {
    const found = `${rest}${piece}`.split(/\r?\n/);
    rest = found.pop() ?? '';
    yield* found;
    if (rest.length > LIMITS.annotation.most) {
      throw new UserError(
        `${file} has a line of more than ${LIMITS.annotation.most} ${LIMITS.annotation.of}, which is more than is read: is it a file of annotations?`,
      );
    }
  }
  yield rest;
}
