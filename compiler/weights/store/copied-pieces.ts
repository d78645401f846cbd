import { readPieces } from '../../../artifact/weights/file-access.ts';
import { refuseBroken, refuseBrokenHalves } from '../../../artifact/weights/refuse-broken.ts';
import { STORED_BYTES } from '../../../artifact/weights/stored-dtype.ts';
import type { WeightSource } from '../match/match-weights.ts';
import type { LinkedRange } from './link-weights.ts';

/** Bytes of a piece. */
const PIECE = 2 ** 21;

/**
 * A parameter's values as its checkpoint stores them, in order, in pieces of a few MiB.
 *
 * @returns pieces whose memory is that of others once the next one is asked for
 * @throws UserError for a value that is not a finite number, naming the tensor and the place
 */
export async function* copiedPieces(
  { path, offset, bytes, dtype }: LinkedRange,
  { name, file }: WeightSource,
): AsyncIterable<Float32Array | Uint16Array> {
  const origin = { name, path: file.path };
  let before = 0;
  for await (const { buffer, length } of readPieces(path, offset, bytes, PIECE)) {
    const count = length / STORED_BYTES[dtype];
    if (dtype === 'float32') {
      const values = new Float32Array(buffer, 0, count);
      refuseBroken(values, origin, before);
      yield values;
    } else {
      const values = new Uint16Array(buffer, 0, count);
      refuseBrokenHalves(values, dtype, origin, before);
      yield values;
    }
    before += count;
  }
}
