import { JSONParser } from '@streamparser/json';
import { plain } from '../../../../artifact/quoted.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import { LIMITS } from '../../../../dsl/limits.ts';
import { textPieces } from './text-pieces.ts';

/**
 * The entries of the list or object at a path of a JSON file, one after the other: the file is never in memory as a whole.
 *
 * @param path the names on the way to it; none for the outermost value
 * @throws UserError for a file that cannot be read or is no JSON, or an entry that is too large
 */
export async function* jsonEntries(
  file: string,
  path: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<{ readonly key: string | number; readonly value: unknown }> {
  // Whatever lies as deep as the entries is taken and let go: what is not would be collected by the parser.
  const parser = new JSONParser({ paths: [`$${'.*'.repeat(path.length + 1)}`], keepStack: false });
  let found: { key: string | number; value: unknown }[] = [];
  let since = 0;
  parser.onValue = ({ value, key, stack }) => {
    since = 0;
    if (key === undefined || !path.every((name, depth) => stack[depth + 1]?.key === name)) return;
    found.push({ key, value });
  };
  const run = (work: () => void) => {
    try {
      work();
    } catch (error) {
      const reason = plain(error instanceof Error ? error.message : String(error));
      throw new UserError(
        `${file} is not JSON, or is cut off (${reason}): get the file again from where it came from.`,
      );
    }
  };
  for await (const piece of textPieces(file, signal)) {
    since += piece.length;
    run(() => parser.write(piece));
    yield* found;
    found = [];
    if (since > LIMITS.annotation.most + piece.length) {
      throw new UserError(
        `${file} has a value of more than ${LIMITS.annotation.most} ${LIMITS.annotation.of}, which is more than is read: is it a file of annotations?`,
      );
    }
  }
  if (!parser.isEnded) run(() => parser.end());
}

/**
 * Why a JSON file has no entries at a path, in words that follow its name: it has nothing there, or what is there has none.
 *
 * @param path as `jsonEntries` takes it
 */
export async function whyNoEntries(
  file: string,
  path: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  let found: unknown;
  const parser = new JSONParser({ paths: [['$', ...path].join('.')], keepStack: false });
  parser.onValue = ({ value }) => {
    found = value;
  };
  for await (const piece of textPieces(file, signal)) parser.write(piece);
  const place = `'${path.join('.')}'`;
  if (found === undefined) return path.length === 0 ? 'it is no list of entries' : `it has no ${place}`;
  const name = path.length === 0 ? 'its list' : `its ${place}`;
  if (typeof found === 'object' && found !== null) return `${name} is empty`;
  return `${name} is ${plain(JSON.stringify(found), 40)}, and no list of entries`;
}
