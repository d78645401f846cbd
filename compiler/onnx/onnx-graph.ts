import type { Dtype } from '../../dsl/dtype.ts';
import type { OnnxAttribute } from '../../dsl/emitter.ts';
import type { ConstantData, Shape } from '../../dsl/tensor.ts';
import type { StoredParameter } from '../stored-parameter.ts';

/** A lowered graph: ONNX nodes by name, before they become protobuf bytes. Nodes stand in topological order. */
export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly parameters: readonly OnnxParameter[];
}

export interface OnnxPort {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: Shape;
}

/** What an operator's `lower` may give, or the graph that a control-flow node runs: it may read this graph's values. */
export type NodeAttribute = OnnxAttribute | { readonly graph: OnnxGraph };

export interface OnnxNode {
  readonly name: string;
  readonly type: string;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  /** An empty name is a missing optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, NodeAttribute | undefined>>;
  readonly doc: string | undefined;
  /** dtype of each input that is not missing, for a target's table of kernels. */
  readonly inputDtypes: readonly (Dtype | undefined)[];
}

/** A small tensor kept inside the model file. */
export interface OnnxConstant {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: ConstantData;
}

/** A weight: its bytes live outside the model file. */
export interface OnnxParameter {
  readonly name: string;
  readonly parameter: StoredParameter;
}

/** The graphs that a node runs. */
export function bodiesOf({ attributes }: OnnxNode): readonly OnnxGraph[] {
  return Object.values(attributes).flatMap((value) =>
    typeof value === 'object' && 'graph' in value ? [value.graph] : [],
  );
}

/** The nodes of a graph, and of the graphs that they run. */
export function nodesOf(graph: OnnxGraph): readonly OnnxNode[] {
  return graph.nodes.flatMap((node) => [node, ...bodiesOf(node).flatMap(nodesOf)]);
}
