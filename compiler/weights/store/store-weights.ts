import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../../../artifact/manifest.ts';
import { WEIGHTS } from '../../../artifact/weight-store.ts';
import { readRange, withFile } from '../../../artifact/weights/file-access.ts';
import type { Dtype } from '../../../dsl/dtype.ts';
import type { ParameterStorage } from '../../onnx/parameter-storage.ts';
import type { StoredParameter } from '../../stored-parameter.ts';
import type { WeightSource } from '../match/match-weights.ts';
import { type LinkedRange, linkedRange, linkFiles } from './link-weights.ts';
import { storageAs } from './weight-storage.ts';
import { writeWeights } from './write-weights.ts';

export interface StoreOrder {
  readonly parameters: readonly StoredParameter[];
  readonly sources: ReadonlyMap<string, WeightSource>;
  readonly seed: number;
  /** Write every weight into the artifact, and check that it is a finite number, instead of linking. Default false. */
  readonly copyWeights?: boolean;
  /** The dtype that a parameter is kept in at most. Default: the one that the graphs compute with. */
  readonly keptAs?: (parameter: StoredParameter) => Dtype;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface StoredWeights {
  /** Where the graphs find each parameter. */
  readonly locate: (parameter: Pick<StoredParameter, 'name'>) => ParameterStorage & { kind: 'external' };
  /** For the manifest. */
  readonly files: Manifest['files'];
  /** Bytes of all parameters as they are stored. */
  readonly bytes: number;
  /** What could not be done without copying, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Puts a model's weights into an artifact's folder. What the graphs can read where it is stays in the checkpoint's own
 * file, which is hard-linked and not read; the rest is written to the artifact's weight file.
 *
 * @throws UserError for weights that cannot be read or written, or, of those written, are not finite numbers
 */
export async function storeWeights(folder: string, order: StoreOrder): Promise<StoredWeights> {
  const { parameters, sources, seed, copyWeights = false, keptAs = ({ dtype }) => dtype } = order;
  const ranges = new Map<StoredParameter, LinkedRange>();
  for (const parameter of parameters) {
    const source = sources.get(parameter.name);
    const range = source && linkedRange({ ...parameter, dtype: keptAs(parameter) }, source);
    if (range !== undefined) ranges.set(parameter, range);
  }
  const paths = new Set(copyWeights ? [] : [...ranges.values()].map(({ path }) => path));
  const sourceFiles = [...new Set([...sources.values()].map(({ file }) => file))];
  const { linked, notes } = await linkFiles(folder, paths, sourceFiles);

  const files: Manifest['files'] = {};
  for (const { name, header } of linked.values()) {
    const path = join(folder, name);
    files[name] = {
      bytes: (await stat(path)).size,
      header: { ...header, sha256: await hashRange(path, header) },
    };
  }

  const places = new Map<string, ParameterStorage & { kind: 'external' }>();
  for (const [{ name }, { path, offset, bytes, dtype }] of ranges) {
    const file = linked.get(path)?.name;
    if (file !== undefined) places.set(name, { kind: 'external', file, offset, length: bytes, dtype });
  }
  const remaining = parameters.filter(({ name }) => !places.has(name));
  if (remaining.length > 0 || parameters.length === 0) {
    const written = await writeWeights(join(folder, WEIGHTS), {
      parameters: remaining,
      sources,
      seed,
      // What could have been linked keeps its dtype when it is copied.
      storageOf: (parameter) => storageAs(parameter, ranges.get(parameter)?.dtype ?? keptAs(parameter)),
      ...(order.onProgress && { onProgress: order.onProgress }),
    });
    files[WEIGHTS] = { bytes: written.bytes, sha256: written.sha256 };
    for (const parameter of remaining) {
      const place = written.tensors.get(parameter.name);
      if (place === undefined) throw new Error(`parameter ${parameter.name} was not written`);
      const dtype = ranges.get(parameter)?.dtype ?? keptAs(parameter);
      const { offset, bytes } = place;
      places.set(parameter.name, { kind: 'external', file: WEIGHTS, offset, length: bytes, dtype });
    }
  }
  return {
    locate({ name }) {
      const place = places.get(name);
      if (place === undefined) throw new Error(`parameter ${name} was not stored`);
      return place;
    },
    files,
    bytes: [...places.values()].reduce((sum, { length }) => sum + length, 0),
    notes,
  };
}

/** Hexadecimal SHA-256 of a range of a file. */
async function hashRange(
  path: string,
  { offset, bytes }: { readonly offset: number; readonly bytes: number },
): Promise<string> {
  const content = await withFile(path, (file) => readRange(file, path, offset, bytes));
  return createHash('sha256').update(new Uint8Array(content)).digest('hex');
}

/** Where the graphs of a model without weights say that they are. */
export const NO_WEIGHTS: ParameterStorage = { kind: 'external', file: WEIGHTS, offset: 0, length: 0 };
