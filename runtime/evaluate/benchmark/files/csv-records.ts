import { CsvError, parse } from 'csv-parse';
import { plain } from '../../../../artifact/quoted.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import { LIMITS } from '../../../../dsl/limits.ts';
import { textPieces } from './text-pieces.ts';

/**
 * The records of a file of comma-separated values (RFC 4180) as objects by the names in its first line, with the lines on
 * which they end.
 *
 * @throws UserError for a file that cannot be read, or is no such file
 */
export async function* csvRecords(
  file: string,
  signal?: AbortSignal,
): AsyncGenerator<{ readonly key: number; readonly value: unknown }> {
  const parser = parse({
    columns: true,
    info: true,
    skip_empty_lines: true,
    max_record_size: LIMITS.annotation.most,
  });
  const writing = (async () => {
    try {
      for await (const piece of textPieces(file, signal)) {
        if (parser.destroyed) return;
        if (!parser.write(piece)) await drained(parser);
      }
      parser.end();
    } catch (error) {
      parser.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  })();
  try {
    for await (const { record, info } of parser) yield { key: info.lines, value: record };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UserError(
      `${file} is no file of comma-separated values (${plain(error.message)}): get the file again from where it came from.`,
    );
  } finally {
    parser.destroy();
    await writing;
  }
}

/** Until more may be written, or nothing is to be. */
function drained(parser: ReturnType<typeof parse>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      parser.off('drain', done).off('close', done);
      resolve();
    };
    parser.on('drain', done).on('close', done);
  });
}
