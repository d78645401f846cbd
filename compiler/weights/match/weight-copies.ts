import { UserError } from '../../../artifact/user-error.ts';
import type { Rows, WeightFile } from '../../../artifact/weights/weight-file.ts';

/** A weight that one file has under two names: a head that is tied to the embeddings, a layer that has two places. */
export interface WeightCopy {
  readonly file: WeightFile;
  /** The name under which it is read. */
  readonly name: string;
  /** The name that is left aside. */
  readonly copy: string;
}

/** Tensors up to so many elements are compared whole; of larger ones as many rows as make up so many. */
const COMPARED = 1 << 20;

/** Places at which larger ones are compared, from the first row to the last. */
const PLACES = 64;

/**
 * Makes sure that what is left aside is what is read: compares the values of a weight's two names. Of a large tensor
 * some rows are compared, spread over all of it.
 *
 * @returns a sentence for each file that has such weights, to be shown to the user
 * @throws UserError when the two differ, so that one of them would be ignored
 */
export async function compareCopies(copies: readonly WeightCopy[]): Promise<readonly string[]> {
  const aside = new Map<string, string[]>();
  for (const each of copies) {
    if (!(await areSame(each))) {
      const { file, name, copy } = each;
      throw new UserError(
        `${file.path}: ${copy} is read as another name of ${name}, but their values differ; remove the one that is not meant, or, where the head is no copy of the embeddings, say so in the model's config (tie_word_embeddings).`,
      );
    }
    aside.set(each.file.path, [...(aside.get(each.file.path) ?? []), each.copy]);
  }
  return [...aside].map(([path, names]) => {
    const [first] = names;
    return names.length === 1
      ? `${path}: ${first} left aside: a copy of a weight that is read under its other name.`
      : `${path}: ${names.length} tensors (${first}, …) left aside: copies of weights that are read under their other names.`;
  });
}

async function areSame({ file, name, copy }: WeightCopy): Promise<boolean> {
  const [a, b] = [file.tensor(name), file.tensor(copy)];
  if (a.shape.join() !== b.shape.join()) return false;
  const place = (tensor: typeof a) =>
    JSON.stringify([tensor.path, tensor.offset, tensor.dtype, tensor.strides]);
  // PyTorch keeps tied tensors once.
  if (place(a) === place(b)) return true;
  for (const rows of comparedRows(a.shape)) {
    const pieces = file.float32Pieces(copy, rows)[Symbol.asyncIterator]();
    for await (const values of file.float32Pieces(name, rows)) {
      const { value: others } = await pieces.next();
      if (!(others instanceof Float32Array) || !sameValues(values, others)) return false;
    }
  }
  return true;
}

/** Both are read in pieces of the same sizes. */
function sameValues(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, index) => Object.is(value, b[index]));
}

function comparedRows([count = 1, ...rest]: readonly number[]): readonly Rows[] {
  const rowSize = rest.reduce((product, size) => product * size, 1);
  if (count * rowSize <= COMPARED) return [{ first: 0, count }];
  const each = Math.max(1, Math.floor(COMPARED / PLACES / rowSize));
  const places = Math.min(PLACES, Math.ceil(count / each));
  return Array.from({ length: places }, (_, index) => ({
    first: Math.round((index * (count - each)) / Math.max(1, places - 1)),
    count: each,
  }));
}
