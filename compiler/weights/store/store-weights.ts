import { join } from 'node:path';
import type { ArtifactDraft } from '../../../artifact/folder/artifact-draft.ts';
import { WEIGHTS } from '../../../artifact/weight-store.ts';
import { STORED_BYTES } from '../../../artifact/weights/stored-dtype.ts';
import type { Dtype } from '../../../dsl/dtype.ts';
import { elementCount } from '../../../dsl/element-count.ts';
import type { ParameterStorage } from '../../onnx/parameter-storage.ts';
import type { QuantisationThreads } from '../../quantisation/quantisation-threads.ts';
import type { StoredParameter } from '../../stored-parameter.ts';
import type { WeightSource } from '../match/match-weights.ts';
import { checkSamples } from './check-samples.ts';
import { type LinkedRange, linkedRange, linkFiles } from './link-weights.ts';
import { storageAs } from './weight-storage.ts';
import { writeWeights } from './write-weights.ts';

/** So many bytes of weights are copied and checked in a second or less, which is better than any link. */
const COPIED = 256 * 2 ** 20;

export interface StoreOrder {
  readonly parameters: readonly StoredParameter[];
  readonly sources: ReadonlyMap<string, WeightSource>;
  readonly seed: number;
  /** Those that quantise. Default: their own, from the first weight to the last. */
  readonly threads?: QuantisationThreads;
  /**
   * Write every weight into the artifact, and check that it is a finite number, instead of linking. Default: weights of
   * up to 256 MiB.
   */
  readonly copyWeights?: boolean | undefined;
  /** The dtype that a parameter is kept in at most. Default: the one that the graphs compute with. */
  readonly keptAs?: (parameter: StoredParameter) => Dtype;
  /**
   * The parameters with other forms of the weights that lose much in int8 by one scale a row. Default: they
   * stay as they are.
   */
  readonly instead?: (uneven: ReadonlySet<string>) => readonly StoredParameter[];
  readonly onProgress?: (done: number, total: number) => void;
}

export interface StoredWeights {
  /** Where the graphs find each parameter. */
  readonly locate: (parameter: Pick<StoredParameter, 'name'>) => ParameterStorage & { kind: 'external' };
  /** Bytes of all parameters as they are stored. */
  readonly bytes: number;
  /** Names of weights that lose much in int8 by one scale a row; where `instead` was asked, they are stored otherwise. */
  readonly uneven: ReadonlySet<string>;
  /** What could not be done without copying, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Puts a model's weights into an artifact. Of large checkpoints, what the graphs can read where it is stays in the
 * checkpoint's own file, which is cloned or hard-linked, and of which a sample is read; the rest is written to the
 * artifact's weight file.
 *
 * @throws UserError for weights that cannot be read or written, or, of those read, are not finite numbers
 */
export async function storeWeights(draft: ArtifactDraft, order: StoreOrder): Promise<StoredWeights> {
  const { parameters, sources, seed, keptAs = ({ dtype }) => dtype } = order;
  const ranges = new Map<StoredParameter, LinkedRange>();
  for (const parameter of parameters) {
    const source = sources.get(parameter.name);
    const range = source && linkedRange({ ...parameter, dtype: keptAs(parameter) }, source);
    if (range !== undefined) ranges.set(parameter, range);
  }
  const paths = pathsToLink(order, ranges);
  const sourceFiles = [...new Set([...sources.values()].map(({ file }) => file))];
  const { linked, notes } = await linkFiles(draft.folder, paths, sourceFiles);
  const usable = [...ranges].filter(([, { path }]) => linked.has(path));
  await checkSamples(
    usable.map(([{ name }, range]) => ({ ...range, name: sources.get(name)?.name ?? name })),
  );
  const names = new Map<string, string>();
  for (const [path, { name, facts }] of linked) names.set(path, await draft.settle(name, facts));

  const places = new Map<string, ParameterStorage & { kind: 'external' }>();
  for (const [{ name }, { path, offset, bytes, dtype }] of usable) {
    const file = names.get(path);
    if (file !== undefined) places.set(name, { kind: 'external', file, offset, length: bytes, dtype });
  }
  // What could have been linked keeps its dtype when it is copied.
  const linkable = new Map([...ranges].map(([{ name }, { dtype }]) => [name, dtype]));
  const dtypeOf = (parameter: StoredParameter) => linkable.get(parameter.name) ?? keptAs(parameter);
  let remaining = parameters.filter(({ name }) => !places.has(name));
  let uneven: ReadonlySet<string> = new Set();
  if (remaining.length > 0 || parameters.length === 0) {
    const write = () =>
      writeWeights(join(draft.folder, WEIGHTS), {
        parameters: remaining,
        sources,
        seed,
        ...(order.threads && { threads: order.threads }),
        storageOf: (parameter) => storageAs(parameter, dtypeOf(parameter)),
        copyOf: (parameter) => ranges.get(parameter),
        ...(order.onProgress && { onProgress: order.onProgress }),
      });
    let written = await write();
    ({ uneven } = written);
    if (uneven.size > 0 && order.instead !== undefined) {
      remaining = order.instead(uneven).filter(({ name }) => !places.has(name));
      written = await write();
    }
    const file = await draft.settle(WEIGHTS, { bytes: written.bytes, sha256: written.sha256 });
    for (const parameter of remaining) {
      const place = written.tensors.get(parameter.name);
      if (place === undefined) throw new Error(`parameter ${parameter.name} was not written`);
      const { offset, bytes } = place;
      places.set(parameter.name, {
        ...{ kind: 'external', file, offset, length: bytes, dtype: dtypeOf(parameter) },
      });
    }
  }
  return {
    locate({ name }) {
      const place = places.get(name);
      if (place === undefined) throw new Error(`parameter ${name} was not stored`);
      return place;
    },
    bytes: [...places.values()].reduce((sum, { length }) => sum + length, 0),
    uneven,
    notes,
  };
}

/**
 * The checkpoints' files that are worth linking: those of which more can be used as it stands than has to be converted
 * or quantised. Of the others, which are read for that anyway, the little that is used is copied.
 */
function pathsToLink(
  { parameters, sources, copyWeights }: StoreOrder,
  ranges: ReadonlyMap<StoredParameter, LinkedRange>,
): ReadonlySet<string> {
  const usable = sizesByPath([...ranges.values()].map(({ path, bytes }) => [path, bytes]));
  const total = [...usable.values()].reduce((sum, bytes) => sum + bytes, 0);
  if (copyWeights ?? total <= COPIED) return new Set();
  const converted = sizesByPath(
    parameters.flatMap((parameter): [string, number][] => {
      // Of the two tensors that are a quantised weight, one counts.
      if (ranges.has(parameter) || parameter.quantised?.member === 'scales') return [];
      const weight = parameter.quantised?.weight ?? parameter;
      const source = sources.get(weight.name ?? '');
      if (source === undefined) return [];
      const { path, dtype } = source.file.tensor(source.name);
      return [[path, elementCount(weight.shape) * STORED_BYTES[dtype]]];
    }),
  );
  return new Set([...usable.keys()].filter((path) => (usable.get(path) ?? 0) > (converted.get(path) ?? 0)));
}

function sizesByPath(sizes: readonly (readonly [string, number])[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [path, bytes] of sizes) sums.set(path, (sums.get(path) ?? 0) + bytes);
  return sums;
}

/** Where the graphs of a model without weights say that they are. */
export const NO_WEIGHTS: ParameterStorage = { kind: 'external', file: WEIGHTS, offset: 0, length: 0 };
