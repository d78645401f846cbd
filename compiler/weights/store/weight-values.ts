import { refuseBroken } from '../../../artifact/weights/refuse-broken.ts';
import { elementCount } from '../../../dsl/element-count.ts';
import type { StoredParameter } from '../../stored-parameter.ts';
import type { WeightSource } from '../match/match-weights.ts';
import { initialValues } from './initialise.ts';

/**
 * A parameter's values in element order, in pieces of a few MiB: from its source where it has one (rows that the
 * source lacks from the seed), else drawn from the seed.
 *
 * @throws UserError for a value that is not a finite number, naming the tensor and the place
 */
export async function* weightPieces(
  parameter: StoredParameter,
  source: WeightSource | undefined,
  seed: number,
): AsyncIterable<Float32Array> {
  let done = 0;
  if (source !== undefined) {
    for await (const values of source.file.float32Pieces(source.name, source.rows)) {
      refuseBroken(values, { name: source.name, path: source.file.path }, done);
      done += values.length;
      yield values;
    }
  }
  if (done < elementCount(parameter.shape)) yield initialValues(parameter, seed).subarray(done);
}

/** All of a parameter's values at once. */
export async function weightValues(
  parameter: StoredParameter,
  source: WeightSource | undefined,
  seed: number,
): Promise<Float32Array> {
  const values = new Float32Array(elementCount(parameter.shape));
  let done = 0;
  for await (const piece of weightPieces(parameter, source, seed)) {
    values.set(piece, done);
    done += piece.length;
  }
  return values;
}
