import { elementCount } from '../../dsl/element-count.ts';
import type { ParameterInfo } from '../../dsl/tensor.ts';
import type { WeightSource } from './match-weights.ts';
import { type WrittenSafetensors, writeSafetensors } from './safetensors.ts';
import type { WeightStorage } from './weight-storage.ts';
import { weightPieces } from './weight-values.ts';

export interface WeightOrder {
  readonly parameters: readonly ParameterInfo[];
  readonly sources: ReadonlyMap<string, WeightSource>;
  readonly seed: number;
  /** How each parameter is kept. */
  readonly storageOf: (parameter: ParameterInfo) => WeightStorage;
  /** Called before each piece with the elements written so far and in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Writes an artifact's weight file in pieces of a few MiB: loaded from its source where a parameter has one, drawn from
 * the seed where it has none, converted on the way.
 *
 * @throws UserError for a weight that is not a finite number, naming the tensor and the place
 */
export async function writeWeights(path: string, order: WeightOrder): Promise<WrittenSafetensors> {
  const { parameters, sources, seed, storageOf, onProgress } = order;
  const total = parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  let done = 0;
  async function* counted(pieces: AsyncIterable<Float32Array>): AsyncIterable<Float32Array> {
    for await (const piece of pieces) {
      onProgress?.(done, total);
      yield piece;
      done += piece.length;
    }
  }
  const written = await writeSafetensors(
    path,
    parameters.map((parameter, index) => {
      const { dtype, shape, convert } = storageOf(parameter);
      const source = sources.get(parameter.name ?? '');
      return {
        name: parameter.name ?? `parameter.${index}`,
        dtype,
        shape,
        data: { pieces: () => convert(counted(weightPieces(parameter, source, seed))) },
      };
    }),
  );
  onProgress?.(total, total);
  return written;
}
