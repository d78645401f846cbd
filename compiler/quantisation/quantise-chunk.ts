import { withFileAtOnce } from '../../artifact/weights/file-access.ts';
import { refuseBroken } from '../../artifact/weights/refuse-broken.ts';
import { STORED_BYTES, viewAs } from '../../artifact/weights/stored-dtype.ts';
import { toFloat32 } from '../../artifact/weights/to-float32.ts';
import type { StoredTensor } from '../../artifact/weights/weight-file.ts';
import type { QuantisedFormat } from '../../dsl/precision.ts';
import { BLOCK_FORMATS } from './block-format.ts';
import { type Destination, isQuantisable, type QuantisedRows, quantiseRows } from './quantise-rows.ts';

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
  /** Where the numbers and the scales are to be put. Default: new memory. */
  readonly into?: Destination;
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
export function quantiseChunk({
  format,
  width,
  block,
  perRow,
  origin,
  before,
  rows,
  into,
}: Chunk): QuantisedRows {
  const quantised = (weights: Parameters<typeof quantiseRows>[1]) =>
    quantiseRows(BLOCK_FORMATS[format], weights, { width, block, perRow }, into);
  if (rows instanceof Float32Array) return quantised(rows);
  const { tensor, first, count } = rows;
  const { path, dtype, offset } = tensor;
  const bytes = STORED_BYTES[dtype];
  const place = offset + first * bytes;
  return withFileAtOnce(path, (fillFrom) => {
    const readFloat32 = () => {
      const buffer = new ArrayBuffer(count * bytes);
      fillFrom(place, new Uint8Array(buffer));
      return toFloat32(viewAs(dtype, buffer), tensor, path);
    };
    try {
      if (!isQuantisable(dtype)) return quantised(readFloat32());
      return quantised({ dtype, count, read: (memory, from) => fillFrom(place + from * bytes, memory) });
    } catch (error) {
      if (error instanceof RangeError && origin !== undefined) refuseBroken(readFloat32(), origin, before);
      throw error;
    }
  });
}
