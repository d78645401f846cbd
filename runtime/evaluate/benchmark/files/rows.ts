import type { z } from 'zod';
import { plain } from '../../../../artifact/quoted.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import { LIMITS } from '../../../../dsl/limits.ts';
import { misfitOf } from '../../../arguments/misfit.ts';
import type { ReadContext } from '../benchmark.ts';
import { csvRecords } from './csv-records.ts';
import { jsonEntries, whyNoEntries } from './json-entries.ts';
import { jsonLines } from './json-lines.ts';

/** A row of a file that is as its benchmark has it. */
export interface Row<T> {
  /** Its name in an object of rows, its number from 0 in a list, its line in a file of lines. */
  readonly key: string | number;
  readonly row: T;
}

/** Rows that the list or object at a path of a JSON file has: `['data', 'dialogs']`; `[]` for the whole file. */
export function jsonRows<S extends z.ZodType>(
  context: ReadContext,
  file: string,
  path: readonly string[],
  schema: S,
): AsyncGenerator<Row<z.infer<S>>> {
  const where = path.length === 0 ? 'entry' : `'${path.join('.')}' entry`;
  const whyNone = () => whyNoEntries(file, path, context.signal);
  return checked(context, file, where, jsonEntries(file, path, context.signal), schema, whyNone);
}

/** Rows of a file with one JSON value a line. */
export function jsonLineRows<S extends z.ZodType>(
  context: ReadContext,
  file: string,
  schema: S,
): AsyncGenerator<Row<z.infer<S>>> {
  return checked(context, file, 'line', jsonLines(file, context.signal), schema);
}

/** Rows of a file of comma-separated values whose first line names the columns; every value is a text. */
export function csvRows<S extends z.ZodType>(
  context: ReadContext,
  file: string,
  schema: S,
): AsyncGenerator<Row<z.infer<S>>> {
  return checked(context, file, 'line', csvRecords(file, context.signal), schema);
}

/**
 * Rows that fit a schema; of others it is told why not.
 *
 * @param whyNone says why a file has no row
 * @throws UserError where there is no row, or none of the first fits: the file is not what it was taken for
 */
async function* checked<S extends z.ZodType>(
  context: ReadContext,
  file: string,
  where: string,
  entries: AsyncIterable<{ readonly key: string | number; readonly value: unknown }>,
  schema: S,
  whyNone = async () => `it has no ${where}`,
): AsyncGenerator<Row<z.infer<S>>> {
  let [usable, unusable, first] = [0, 0, ''];
  for await (const { key, value } of entries) {
    const parsed = schema.safeParse(value);
    if (parsed.success) {
      usable += 1;
      yield { key, row: parsed.data };
      continue;
    }
    unusable += 1;
    const { path, found, expected } = misfitOf(parsed.error, value);
    const reason = `${path === '' ? 'it' : `its '${path}'`} is ${found} but ${expected} is expected`;
    const name = plain(`${where} ${key}`);
    if (first === '') first = `${name}: ${reason}`;
    if (usable === 0 && unusable >= LIMITS.unusableAnnotations.most) throw otherFile(context, file, first);
    context.leftOut(`${name} of ${file}`, reason);
  }
  if (usable === 0) throw otherFile(context, file, first === '' ? await whyNone() : first);
}

function otherFile({ title, split }: ReadContext, file: string, reason: string): UserError {
  return new UserError(
    `${file} is not as ${title}'s split '${split}' has it (${reason}): is it a file of another benchmark?`,
  );
}
