import { UserError } from '../../artifact/user-error.ts';
import { missingKernel, operatorName } from '../onnx/kernels.ts';
import type { OnnxGraph, OnnxNode } from '../onnx/onnx-graph.ts';
import { refuseTaken } from '../taken-names.ts';
import type { CompilerTarget } from './compiler-target.ts';
import { TARGETS } from './target-registry.ts';

/**
 * The target of a name, or the target itself where a value of one's own is given.
 *
 * @param further targets besides this project's
 * @throws UserError for a name that no target has, or that two have
 */
export function targetOf(
  target: string | CompilerTarget,
  further: readonly CompilerTarget[] = [],
): CompilerTarget {
  const names = (targets: readonly CompilerTarget[]) => targets.map(({ name }) => name);
  refuseTaken('target', names(further), names(TARGETS));
  if (typeof target !== 'string') return target;
  const targets = [...TARGETS, ...further];
  const found = targets.find(({ name }) => name === target);
  if (found !== undefined) return found;
  throw new UserError(`There is no target '${target}'; the known ones are ${names(targets).join(', ')}.`);
}

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
    const bodies = Object.values(node.attributes).flatMap((value) =>
      typeof value === 'object' && 'graph' in value ? [value.graph] : [],
    );
    const givesSizes = READS_SIZES.has(node.type) || node.inputs.every((name) => known.has(name));
    if (givesSizes && bodies.length === 0) {
      for (const name of node.outputs) known.add(name);
      return [];
    }
    return [node, ...bodies.flatMap((body) => deviceNodes(body, known))];
  });
}

/** The nodes of a graph, and of the graphs that they run. */
export function nodesOf(graph: OnnxGraph): readonly OnnxNode[] {
  return graph.nodes.flatMap((node) => [
    node,
    ...Object.values(node.attributes).flatMap((value) =>
      typeof value === 'object' && 'graph' in value ? nodesOf(value.graph) : [],
    ),
  ]);
}

const READS_SIZES: ReadonlySet<string> = new Set(['Shape', 'Size']);
