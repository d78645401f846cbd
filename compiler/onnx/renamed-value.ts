import type { NodeAttribute, OnnxGraph, OnnxNode } from './onnx-graph.ts';

/** A node whose values have other names, also within the graphs that it runs; a name that is missing stays so. */
export function renamedValue(node: OnnxNode, rename: (name: string) => string): OnnxNode {
  const named = (name: string) => (name === '' ? name : rename(name));
  return {
    ...node,
    inputs: node.inputs.map(named),
    outputs: node.outputs.map(named),
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([key, value]) => [key, renamedWithin(value, rename)]),
    ),
  };
}

function renamedWithin(
  value: NodeAttribute | undefined,
  rename: (name: string) => string,
): NodeAttribute | undefined {
  return typeof value === 'object' && 'graph' in value ? { graph: renamedGraph(value.graph, rename) } : value;
}

function renamedGraph(graph: OnnxGraph, rename: (name: string) => string): OnnxGraph {
  const renamed = <T extends { readonly name: string }>(each: T): T => ({ ...each, name: rename(each.name) });
  return {
    ...graph,
    inputs: graph.inputs.map(renamed),
    outputs: graph.outputs.map(renamed),
    nodes: graph.nodes.map((node) => renamedValue(node, rename)),
    constants: graph.constants.map(renamed),
  };
}
