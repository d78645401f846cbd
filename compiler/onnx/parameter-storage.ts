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
  readonly parameter: Pick<StoredParameter, 'name' | 'dtype' | 'shape'>;
}

export interface PlacedParameter {
  readonly initializer: InstanceType<typeof onnx.TensorProto>;
  /** ONNX Runtime computes it once, when the model is loaded. */
  readonly cast: InstanceType<typeof onnx.NodeProto> | undefined;
}

/** A parameter's initializer, and the cast that makes it what the graph wants where it is stored in another dtype. */
export function placeParameter(
  { name, parameter }: NamedInGraph,
  storage: ParameterStorage,
): PlacedParameter {
  const { dtype, shape } = parameter;
  const dims = [...shape];
  // The parameter's own name, by which it is found in weight files: the graph may have had to choose another.
  const docString = parameter.name;
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
