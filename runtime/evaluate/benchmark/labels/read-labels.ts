import { extname } from 'node:path';
import { z } from 'zod';
import { listed, plain } from '../../../../artifact/quoted.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import { LIMITS } from '../../../../dsl/limits.ts';
import { csvRecords } from '../files/csv-records.ts';
import { jsonLines } from '../files/json-lines.ts';

/** Names of the column that says which picture or item a row is about, the first that is there counting. */
const KEYS = ['image_id', 'image', 'file_name', 'filename', 'cocoid', 'question_id', 'item', 'id'];
/** Fewer values are no groups, more are names or numbers. */
const VALUES = { least: 2, most: 12 };

/** Labels of pictures or items by attributes: gender, skin tone. */
export interface Labels {
  readonly path: string;
  /** The column that says what a row is about. */
  readonly key: string;
  /** Attributes in the order of their columns, with their values. */
  readonly attributes: readonly { readonly name: string; readonly values: readonly string[] }[];
  /** The labels of a picture or item, by its name in the file: by attribute. */
  readonly of: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Columns that group nothing: with one value, or more than are groups. */
  readonly ignored: readonly string[];
}

const ROW = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/**
 * Reads labels: a file of comma-separated values with the names of its columns in the first line, as Zhao, Wang and Russakovsky
 * (2021, arXiv 2106.08503) publish theirs of COCO (`images_val2014.csv`: `id`, `bb_skin`, `bb_gender`), or of one JSON object
 * a line (`.jsonl`). A column `image_id`, `id` or the like says which picture or item a row is about; of the others,
 * those with 2 to 12 different values are attributes. An empty value is none.
 *
 * @throws UserError for a file that is none of these, or contradicts itself
 */
export async function readLabels(path: string, signal?: AbortSignal): Promise<Labels> {
  const rows = extname(path).toLowerCase() === '.jsonl' ? jsonLines(path, signal) : csvRecords(path, signal);
  let key: string | undefined;
  const found = new Map<string, Map<string, string>>();
  const values = new Map<string, Set<string>>();
  for await (const { key: line, value } of rows) {
    const parsed = ROW.safeParse(value);
    if (!parsed.success) {
      throw new UserError(
        `${path} line ${line} is not a row of labels: write an object of names and values, or a line of ${[...values.keys()].length + 1} values.`,
      );
    }
    const row = trimmed(parsed.data);
    key ??= KEYS.find((name) => row.has(name));
    const about = key === undefined ? undefined : row.get(key);
    if (key === undefined || about === undefined || about === '') {
      throw new UserError(
        `${path} line ${line} does not say which picture or item it is about: give it a column ${KEYS.join(', or ')} (it has ${listed([...row.keys()], 6)}).`,
      );
    }
    const own = found.get(about) ?? new Map<string, string>();
    found.set(about, own);
    if (found.size > LIMITS.labelledItems.most) {
      throw new UserError(
        `${path} labels more than ${LIMITS.labelledItems.most} ${LIMITS.labelledItems.of}.`,
      );
    }
    for (const [name, label] of row) {
      if (name === key || label === '') continue;
      const known = values.get(name) ?? new Set<string>();
      values.set(name, known.size > VALUES.most ? known : known.add(label));
      const before = own.get(name) ?? label;
      if (before !== label && known.size <= VALUES.most) {
        throw new UserError(
          `${path} line ${line} says of ${plain(about)} that its ${plain(name)} is '${plain(label)}', and another line that it is '${plain(before)}': give one row for each picture.`,
        );
      }
      own.set(name, before);
    }
  }
  const attributes = [...values].filter(([, { size }]) => size >= VALUES.least && size <= VALUES.most);
  if (key === undefined || attributes.length === 0) {
    throw new UserError(
      `${path} has no column with ${VALUES.least} to ${VALUES.most} different values by which items could be grouped (it has ${listed([...values.keys()], 6)}).`,
    );
  }
  return {
    ...{ path, key, of: found },
    attributes: attributes.map(([name, own]) => ({ name, values: [...own].sort() })),
    ignored: [...values.keys()].filter((name) => attributes.every(([attribute]) => attribute !== name)),
  };
}

function trimmed(row: Readonly<Record<string, string | number | boolean | null>>): Map<string, string> {
  return new Map(
    Object.entries(row).map(([name, value]) => [name.trim(), value === null ? '' : String(value).trim()]),
  );
}
