import { readRange, withFile } from '../../artifact/weights/file-access.ts';
import { refuseBroken } from '../../artifact/weights/refuse-broken.ts';
import { STORED_BYTES, viewAs } from '../../artifact/weights/stored-dtype.ts';
import { toFloat32 } from '../../artifact/weights/to-float32.ts';
import type { StoredTensor } from '../../artifact/weights/weight-file.ts';
import type { QuantisedFormat } from '../../dsl/precision.ts';
import { BLOCK_FORMATS } from './block-format.ts';
import { type Halves, type QuantisedRows, quantiseRows } from './quantise-rows.ts';

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
}: Chunk): Promise<QuantisedRows> {
  const weights = rows instanceof Float32Array ? rows : await readWeights(rows);
  try {
    return quantiseRows(BLOCK_FORMATS[format], weights, { width, block, perRow });
  } catch (error) {
    if (origin !== undefined) {
      const values =
        weights instanceof Float32Array
          ? weights
          : toFloat32(weights.bits, { ...origin, ...weights }, origin.path);
      refuseBroken(values, origin, before);
    }
    throw error;
  }
}

/** Halves as they are, other numbers as float32. */
async function readWeights({
  tensor,
  first,
  count,
}: Exclude<Chunk['rows'], Float32Array>): Promise<Float32Array | Halves> {
  const { path, dtype, offset } = tensor;
  const bytes = STORED_BYTES[dtype];
  const buffer = await withFile(path, (file) => readRange(file, path, offset + first * bytes, count * bytes));
  if (dtype === 'float16' || dtype === 'bfloat16') return { dtype, bits: new Uint16Array(buffer) };
  return toFloat32(viewAs(dtype, buffer), tensor, path);
}
