import type { Target } from '../../dsl/emitter.ts';
import type { OnnxGraph } from '../onnx/onnx-graph.ts';
import { cpu } from './cpu.ts';
import { cuda } from './cuda.ts';
import { type KernelTable, missingKernel, operatorName } from './kernels.ts';

/** What the compiler knows of the ONNX Runtime provider that a model is compiled for. */
export interface TargetDescription {
  readonly provider: Target;
  /** What models compute in unless they are compiled to float32. Graph inputs and outputs are float32 either way. */
  readonly computes: 'float32' | 'float16';
  /** Operators and dtypes that the provider computes itself; undefined for the CPU, which takes what is left. */
  readonly kernels: KernelTable | undefined;
}

export const TARGETS: Readonly<Record<Target, TargetDescription>> = { cpu, cuda };

/** A node that ONNX Runtime would compute on the CPU, copying its inputs there and its results back. */
export interface Fallback {
  readonly node: string;
  readonly operator: string;
  readonly reason: string;
}

/** The nodes of a lowered graph that the target's provider has no kernel for, with the reason, in their order. */
export function fallbacksOf(graph: OnnxGraph, target: Target): readonly Fallback[] {
  const { kernels } = TARGETS[target];
  if (kernels === undefined) return [];
  return graph.nodes.flatMap((node) => {
    const reason = missingKernel(kernels, node);
    return reason === undefined ? [] : [{ node: node.name, operator: operatorName(node), reason }];
  });
}
