import onnxProto from 'onnx-proto';
import type { Dtype } from '../../dsl/dtype.ts';
import type { OnnxAttribute } from '../../dsl/emitter.ts';
import type { Dim, ParameterInfo } from '../../dsl/tensor.ts';
import type { OnnxConstant, OnnxGraph, OnnxNode, OnnxParameter, OnnxPort } from '../onnx/onnx-graph.ts';

const { onnx } = onnxProto;

/** ONNX 1.19: opset 24 brings the Attention operator's final form; ONNX Runtime 1.30 reads up to IR 13. */
const IR_VERSION = 10;
const OPSETS = [
  { domain: '', version: 24 },
  { domain: 'com.microsoft', version: 1 },
];

/** Where a parameter's bytes are: inside the model (small models, tests), or a range of a file beside it. */
export type ParameterStorage =
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  | { readonly kind: 'external'; readonly file: string; readonly offset: number; readonly length: number };

/**
 * Writes a lowered graph as an ONNX ModelProto. Weights are located, not read: an external parameter costs a few
 * bytes here whatever its size.
 */
export function encodeModel(
  graph: OnnxGraph,
  locate: (parameter: ParameterInfo) => ParameterStorage,
  metadata: { readonly generator: string; readonly doc?: string } = { generator: 'flamingo-onnx' },
): Uint8Array {
  const model = onnx.ModelProto.create({
    irVersion: IR_VERSION,
    opsetImport: OPSETS,
    producerName: metadata.generator,
    docString: metadata.doc ?? '',
    graph: {
      name: graph.name,
      node: graph.nodes.map(nodeProto),
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
      initializer: [
        ...graph.constants.map(constantProto),
        ...graph.parameters.map((entry) => parameterProto(entry, locate(entry.parameter))),
      ],
    },
  });
  return onnx.ModelProto.encode(model).finish();
}

const DATA_TYPE: Readonly<Record<Dtype, number>> = {
  float32: onnx.TensorProto.DataType.FLOAT,
  float16: onnx.TensorProto.DataType.FLOAT16,
  bfloat16: onnx.TensorProto.DataType.BFLOAT16,
  int64: onnx.TensorProto.DataType.INT64,
  int32: onnx.TensorProto.DataType.INT32,
  uint8: onnx.TensorProto.DataType.UINT8,
  int8: onnx.TensorProto.DataType.INT8,
  bool: onnx.TensorProto.DataType.BOOL,
};

function nodeProto(node: OnnxNode): InstanceType<typeof onnx.NodeProto> {
  const attribute = Object.entries(node.attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [attributeProto(name, value)],
  );
  return onnx.NodeProto.create({
    name: node.name,
    opType: node.type,
    domain: node.domain,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute,
    docString: node.doc ?? '',
  });
}

function attributeProto(name: string, value: OnnxAttribute): InstanceType<typeof onnx.AttributeProto> {
  const type = onnx.AttributeProto.AttributeType;
  const make = onnx.AttributeProto.create.bind(onnx.AttributeProto);
  if (typeof value === 'number') return make({ name, type: type.INT, i: value });
  if (typeof value === 'boolean') return make({ name, type: type.INT, i: value ? 1 : 0 });
  if (typeof value === 'string') return make({ name, type: type.STRING, s: utf8(value) });
  if (isList(value)) {
    if (value.every((item) => typeof item === 'number'))
      return make({ name, type: type.INTS, ints: [...value] });
    return make({ name, type: type.STRINGS, strings: value.map((item) => utf8(String(item))) });
  }
  if ('float' in value) return make({ name, type: type.FLOAT, f: value.float });
  if ('floats' in value) return make({ name, type: type.FLOATS, floats: [...value.floats] });
  return make({ name, type: type.INT, i: DATA_TYPE[value.type] });
}

function isList(value: OnnxAttribute): value is readonly number[] | readonly string[] {
  return Array.isArray(value);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function valueInfo(port: OnnxPort): InstanceType<typeof onnx.ValueInfoProto> {
  return onnx.ValueInfoProto.create({
    name: port.name,
    type: { tensorType: { elemType: DATA_TYPE[port.dtype], shape: { dim: port.shape.map(dimension) } } },
  });
}

function dimension(dim: Dim): { dimValue: number } | { dimParam: string } {
  return typeof dim === 'number' ? { dimValue: dim } : { dimParam: dim };
}

function constantProto({ name, dtype, shape, data }: OnnxConstant): InstanceType<typeof onnx.TensorProto> {
  return onnx.TensorProto.create({
    name,
    dataType: DATA_TYPE[dtype],
    dims: [...shape],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  });
}

function parameterProto(
  entry: OnnxParameter,
  storage: ParameterStorage,
): InstanceType<typeof onnx.TensorProto> {
  const { dtype, shape } = entry.parameter;
  const common = { name: entry.name, dataType: DATA_TYPE[dtype], dims: [...shape] };
  if (storage.kind === 'inline') return onnx.TensorProto.create({ ...common, rawData: storage.bytes });
  return onnx.TensorProto.create({
    ...common,
    dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
    externalData: [
      { key: 'location', value: storage.file },
      { key: 'offset', value: String(storage.offset) },
      { key: 'length', value: String(storage.length) },
    ],
  });
}
