import {
  type TensorToWrite,
  type WrittenSafetensors,
  widestFirst,
  writeSafetensors,
} from '../../../artifact/weights/safetensors.ts';
import { elementCount } from '../../../dsl/element-count.ts';
import { QuantisationThreads } from '../../quantisation/quantisation-threads.ts';
import type { StoredParameter } from '../../stored-parameter.ts';
import type { WeightSource } from '../match/match-weights.ts';
import { copiedPieces } from './copied-pieces.ts';
import type { LinkedRange } from './link-weights.ts';
import { QuantisedTensors, type QuantisedWeight } from './quantised-tensors.ts';
import type { WeightStorage } from './weight-storage.ts';
import { weightPieces } from './weight-values.ts';

export interface WeightOrder {
  readonly parameters: readonly StoredParameter[];
  readonly sources: ReadonlyMap<string, WeightSource>;
  readonly seed: number;
  /** Those that quantise. Default: their own, until all is written. */
  readonly threads?: QuantisationThreads;
  /** How each parameter is kept. */
  readonly storageOf: (parameter: StoredParameter) => WeightStorage;
  /** Where a parameter's bytes are as they are to be kept, if they are anywhere. Default: nowhere. */
  readonly copyOf?: (parameter: StoredParameter) => LinkedRange | undefined;
  /** Called after each piece with the weights written so far and in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface WrittenWeights extends WrittenSafetensors {
  /** Names of weights that lose much in int8 by one scale a row, since one value outweighs the others. */
  readonly uneven: ReadonlySet<string>;
}

/**
 * Writes an artifact's weight file in pieces of a few MiB: loaded from its source where a parameter has one, drawn from
 * the seed where it has none, converted or quantised on the way.
 *
 * @throws UserError for a weight that is not a finite number, naming the tensor and the place
 */
export async function writeWeights(path: string, order: WeightOrder): Promise<WrittenWeights> {
  const { parameters, sources, seed, storageOf, copyOf, onProgress } = order;
  const plain = parameters.filter(({ quantised }) => quantised === undefined);
  const quantised = quantisedWeights(order);
  const quantisedCount = sizeOf(quantised.map(({ weight }) => weight));
  const total = sizeOf(plain) + quantisedCount;
  let done = 0;
  const count = (weights: number): void => {
    done += weights;
    onProgress?.(done, total);
  };
  async function* counted<T extends { readonly length: number }>(pieces: AsyncIterable<T>): AsyncIterable<T> {
    for await (const piece of pieces) {
      yield piece;
      count(piece.length);
    }
  }
  const uneven = new Set<string>();
  const onUneven = ({ name }: StoredParameter) => uneven.add(name);
  onProgress?.(0, total);
  const threads = order.threads ?? (await QuantisationThreads.open(quantisedCount));
  await using _own = order.threads === undefined ? threads : undefined;
  await using made = new QuantisedTensors(quantised, threads, { onChunk: count, onUneven });
  const tensors: readonly TensorToWrite[] = [
    ...widestFirst(
      plain.map((parameter) => {
        const { dtype, shape, convert } = storageOf(parameter);
        const source = sources.get(parameter.name);
        const copy = copyOf?.(parameter);
        const pieces = () =>
          source !== undefined && copy !== undefined
            ? counted(copiedPieces(copy, source))
            : convert(counted(weightPieces(parameter, source, seed)));
        return { name: parameter.name, dtype, shape, data: { pieces } };
      }),
    ),
    // In the order of the parameters, of which graphs read several as one. A weight's scales are made with its values.
    ...inOrderOf(parameters, made.tensors),
  ];
  const written = await writeSafetensors(path, tensors, {}, { order: 'as given' });
  return { ...written, uneven };
}

function inOrderOf(
  parameters: readonly StoredParameter[],
  tensors: readonly TensorToWrite[],
): readonly TensorToWrite[] {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return parameters.flatMap(({ name }) => byName.get(name) ?? []);
}

function sizeOf(parameters: readonly StoredParameter[]): number {
  return parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

/** The pairs of tensors that are one weight each. */
function quantisedWeights({ parameters, sources, seed, storageOf }: WeightOrder): readonly QuantisedWeight[] {
  const find = (name: string | undefined, member: 'values' | 'scales') =>
    parameters.find(({ quantised }) => quantised?.weight.name === name && quantised?.member === member);
  return parameters.flatMap((values) => {
    if (values.quantised?.member !== 'values') return [];
    const { weight, format, block, perRow = false, transposed = false } = values.quantised;
    const scales = find(weight.name, 'scales');
    if (scales === undefined) throw new Error(`weight ${weight.name} has quantised values but no scales`);
    const source = sources.get(weight.name);
    const scaleStorage = storageOf(scales);
    return [{ weight, format, block, perRow, transposed, values, scales, scaleStorage, source, seed }];
  });
}
