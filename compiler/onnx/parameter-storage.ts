import onnxProto from 'onnx-proto';
import type { Dtype } from '../../dsl/dtype.ts';
import type { StoredParameter } from '../stored-parameter.ts';
import { DATA_TYPE } from './data-type.ts';

const { onnx } = onnxProto;

/**
 * Where a parameter's bytes are: inside the model (small models, tests), or a range of a file beside it, which may hold
 * them in another float dtype than the graph computes with.
 */
export type ParameterStorage =
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'external';
      readonly file: string;
      readonly offset: number;
      readonly length: number;
      /** Default: the parameter's own. */
      readonly dtype?: Dtype;
    };

/** The end of an initializer's name when the graph reads a cast of it under the parameter's own name. */
export const AS_STORED = '.stored';

/** A parameter under the name that the graph gives it. */
export interface NamedInGraph {
  readonly name: string;
  readonly parameter: Pick<StoredParameter, 'dtype' | 'shape'> & {
    readonly name: string;
    readonly joins?: readonly Pick<StoredParameter, 'name'>[];
  };
}

/** Between the names of parameters that a graph reads as one. */
export const NAMES_APART = '\n';

export interface PlacedParameter {
  readonly initializer: InstanceType<typeof onnx.TensorProto>;
  /** ONNX Runtime computes it once, when the model is loaded. */
  readonly cast: InstanceType<typeof onnx.NodeProto> | undefined;
}

/**
 * A parameter's initializer, and the cast that makes it what the graph wants where it is stored in another dtype.
 *
 * @param storages where it is, or where each of those is that it joins
 */
export function placeParameter(
  { name, parameter }: NamedInGraph,
  storages: readonly ParameterStorage[],
): PlacedParameter {
  const { dtype, shape, joins = [parameter] } = parameter;
  const dims = [...shape];
  // The parameters' own names, by which they are found in weight files: the graph may have had to choose another.
  const docString = joins.map((each) => each.name).join(NAMES_APART);
  const storage = joinedStorage(docString, storages);
  if (storage.kind === 'inline') {
    const rawData = storage.bytes;
    const initializer = onnx.TensorProto.create({
      name,
      dataType: DATA_TYPE[dtype],
      dims,
      docString,
      rawData,
    });
    return { initializer, cast: undefined };
  }
  const { file, offset, length, dtype: stored = dtype } = storage;
  const asStored = stored === dtype ? name : `${name}${AS_STORED}`;
  const initializer = onnx.TensorProto.create({
    name: asStored,
    dataType: DATA_TYPE[stored],
    dims,
    docString,
    dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
    externalData: [
      { key: 'location', value: file },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(length) },
    ],
  });
  if (stored === dtype) return { initializer, cast: undefined };
  const type = onnx.AttributeProto.AttributeType.INT;
  const cast = onnx.NodeProto.create({
    name: `${name}.cast`,
    opType: 'Cast',
    input: [asStored],
    output: [name],
    attribute: [{ name: 'to', type, i: DATA_TYPE[dtype] }],
  });
  return { initializer, cast };
}

/** Side by side: one range of a file, or of bytes. */
function joinedStorage(names: string, storages: readonly ParameterStorage[]): ParameterStorage {
  const [first, ...others] = storages;
  if (first === undefined) throw new Error('a parameter is stored nowhere');
  if (others.length === 0) return first;
  if (first.kind === 'inline') {
    const bytes = storages.map((each) => {
      if (each.kind !== 'inline')
        throw new Error(`of the parameters ${names} some are in the model and some beside it`);
      return each.bytes;
    });
    return { kind: 'inline', bytes: Buffer.concat(bytes) };
  }
  let end = first.offset + first.length;
  for (const each of others) {
    const follows =
      each.kind === 'external' &&
      each.file === first.file &&
      each.dtype === first.dtype &&
      each.offset === end;
    if (!follows) throw new Error(`the parameters ${names} do not lie one behind the other`);
    end += each.length;
  }
  return { ...first, length: end - first.offset };
}
