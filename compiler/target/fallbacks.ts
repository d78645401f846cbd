import { missingKernel, operatorName } from '../onnx/kernels.ts';
import { bodiesOf, type OnnxGraph, type OnnxNode } from '../onnx/onnx-graph.ts';
import type { CompilerTarget } from './compiler-target.ts';

const READS_SIZES: ReadonlySet<string> = new Set(['Shape', 'Size']);

/** A node that ONNX Runtime would compute on the CPU, copying its inputs there and its results back. */
export interface Fallback {
  readonly node: string;
  readonly operator: string;
  readonly reason: string;
}

/**
 * The nodes of a lowered graph that the target's provider has no kernel for, with the reason, in their order. Nodes that
 * compute sizes are none of them: ONNX Runtime computes those on the CPU for every provider, and copies nothing for it.
 */
export function fallbacksOf(graph: OnnxGraph, { kernels }: CompilerTarget): readonly Fallback[] {
  if (kernels === undefined) return [];
  return deviceNodes(graph).flatMap((node) => {
    const reason = missingKernel(kernels, node);
    return reason === undefined ? [] : [{ node: node.name, operator: operatorName(node), reason }];
  });
}

/**
 * The nodes of a graph, and of the graphs that they run, apart from those that compute with sizes and constants alone.
 *
 * @param around values of the graph around it that are sizes or constants
 */
export function deviceNodes(graph: OnnxGraph, around: ReadonlySet<string> = new Set()): readonly OnnxNode[] {
  const known = new Set([...around, ...graph.constants.map(({ name }) => name), '']);
  return graph.nodes.flatMap((node) => {
    const bodies = bodiesOf(node);
    const givesSizes = READS_SIZES.has(node.type) || node.inputs.every((name) => known.has(name));
    if (givesSizes && bodies.length === 0) {
      for (const name of node.outputs) known.add(name);
      return [];
    }
    return [node, ...bodies.flatMap((body) => deviceNodes(body, known))];
  });
}
