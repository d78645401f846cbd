import onnxProto from 'onnx-proto';
import type { Dim } from '../../dsl/tensor.ts';
import { type StoredParameter, storedParts } from '../stored-parameter.ts';
import { DATA_TYPE } from './data-type.ts';
import type { NodeAttribute, OnnxConstant, OnnxGraph, OnnxNode, OnnxPort } from './onnx-graph.ts';
import { type ParameterStorage, placeParameter } from './parameter-storage.ts';

export type { ParameterStorage } from './parameter-storage.ts';

const { onnx } = onnxProto;

/** ONNX 1.19: opset 24 brings the Attention operator's final form; ONNX Runtime 1.30 reads up to IR 13. */
const IR_VERSION = 10;
const OPSETS = [
  { domain: '', version: 24 },
  { domain: 'com.microsoft', version: 1 },
];

/**
 * Writes a lowered graph as an ONNX ModelProto. Weights are located, not read: an external parameter costs a few
 * bytes here whatever its size.
 */
export function encodeModel(
  graph: OnnxGraph,
  locate: (parameter: StoredParameter) => ParameterStorage,
  metadata: { readonly generator: string; readonly doc?: string } = { generator: 'flamingo-onnx' },
): Uint8Array {
  const placed = graph.parameters.map((entry) =>
    placeParameter(entry, storedParts(entry.parameter).map(locate)),
  );
  const model = onnx.ModelProto.create({
    irVersion: IR_VERSION,
    opsetImport: OPSETS,
    producerName: metadata.generator,
    docString: metadata.doc ?? '',
    graph: graphProto(graph, placed),
  });
  return onnx.ModelProto.encode(model).finish();
}

function graphProto(
  graph: OnnxGraph,
  placed: readonly ReturnType<typeof placeParameter>[],
): InstanceType<typeof onnx.GraphProto> {
  return onnx.GraphProto.create({
    name: graph.name,
    node: [...placed.flatMap(({ cast }) => cast ?? []), ...graph.nodes.map(nodeProto)],
    input: graph.inputs.map(valueInfo),
    output: graph.outputs.map(valueInfo),
    initializer: [...graph.constants.map(constantProto), ...placed.map(({ initializer }) => initializer)],
  });
}

/** A graph within a node reads the weights of the one around it. */
function innerGraphProto(graph: OnnxGraph): InstanceType<typeof onnx.GraphProto> {
  if (graph.parameters.length > 0)
    throw new Error(`the parameters of graph '${graph.name}' must be those of the graph around it`);
  return graphProto(graph, []);
}

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

function attributeProto(name: string, value: NodeAttribute): InstanceType<typeof onnx.AttributeProto> {
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
  if ('graph' in value) return make({ name, type: type.GRAPH, g: innerGraphProto(value.graph) });
  if ('float' in value) return make({ name, type: type.FLOAT, f: value.float });
  if ('floats' in value) return make({ name, type: type.FLOATS, floats: [...value.floats] });
  return make({ name, type: type.INT, i: DATA_TYPE[value.type] });
}

function isList(value: NodeAttribute): value is readonly number[] | readonly string[] {
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
