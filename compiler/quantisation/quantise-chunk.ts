import { fillFrom, readRange, withFile } from '../../artifact/weights/file-access.ts';
import { refuseBroken } from '../../artifact/weights/refuse-broken.ts';
import { STORED_BYTES, viewAs } from '../../artifact/weights/stored-dtype.ts';
import { toFloat32 } from '../../artifact/weights/to-float32.ts';
import type { StoredTensor } from '../../artifact/weights/weight-file.ts';
import type { QuantisedFormat } from '../../dsl/precision.ts';
import { BLOCK_FORMATS } from './block-format.ts';
import { isQuantisable, type QuantisedRows, quantiseRows } from './quantise-rows.ts';

/** Some rows of a weight: their values, or where in a file they lie side by side. */
export interface Chunk {
  readonly format: QuantisedFormat;
  readonly width: number;
  readonly block: number;
  /** Whether rows have one scale each and their numbers are to lie column by column, signed. */
  readonly perRow: boolean;
  /** For errors: the tensor and the file that the user gave; undefined for weights that are drawn. */
  readonly origin: { readonly name: string; readonly path: string } | undefined;
  /** Elements of the tensor before these rows. */
  readonly before: number;
  readonly rows:
    | Float32Array
    | { readonly tensor: StoredTensor; readonly first: number; readonly count: number };
  /** Where the numbers are to be put, beginning with the first byte. Default: new memory. */
  readonly into?: SharedArrayBuffer;
}

/** How many weights a chunk has. */
export function countOf({ rows }: Chunk): number {
  return rows instanceof Float32Array ? rows.length : rows.count;
}

/**
 * Reads rows and quantises them; runs in any thread.
 *
 * @throws UserError for a file that ends early or a value that is not a finite number
 */
export async function quantiseChunk({
  format,
  width,
  block,
  perRow,
  origin,
  before,
  rows,
  into,
}: Chunk): Promise<QuantisedRows> {
  const quantised = (weights: Parameters<typeof quantiseRows>[1]) =>
    quantiseRows(BLOCK_FORMATS[format], weights, { width, block, perRow }, into);
  if (rows instanceof Float32Array) return quantised(rows);
  const { tensor, first, count } = rows;
  const { path, dtype, offset } = tensor;
  const bytes = STORED_BYTES[dtype];
  const place = offset + first * bytes;
  return withFile(path, async (file) => {
    const readFloat32 = async () =>
      toFloat32(viewAs(dtype, await readRange(file, path, place, count * bytes)), tensor, path);
    try {
      if (!isQuantisable(dtype)) return quantised(await readFloat32());
      return quantised({ dtype, count, read: (memory) => fillFrom(file, path, place, memory) });
    } catch (error) {
      if (error instanceof RangeError && origin !== undefined)
        refuseBroken(await readFloat32(), origin, before);
      throw error;
    }
  });
}
