import { missingKernel, operatorName } from '../../compiler/onnx/kernels.ts';
import type { CompilerTarget } from '../../compiler/target/compiler-target.ts';
import { deviceNodes } from '../../compiler/target/fallbacks.ts';
import { toRuntime } from '../support/run-graph.ts';
import type { KernelCase } from './kernel-cases.ts';
import { runPlaced } from './placement.ts';

/** What became of a node. */
interface TriedNode {
  /** `Add float32 float32` */
  readonly what: string;
  /** Why the target's table has no kernel for it; left out: it has one. */
  readonly missing?: string;
  /** The provider that ran it; left out where nothing did, as the run had ended. */
  readonly ranOn?: string;
}

/** What became of a case. */
export interface TriedCase {
  readonly name: string;
  readonly nodes: readonly TriedNode[];
  /** What ONNX Runtime said where it did not run, or how far its results are from the CPU's where that is too far. */
  readonly problem?: string;
}

/** Runs a case on a provider and on the CPU. */
export async function tryCase(
  { name, onnx, model, feeds, tolerance }: KernelCase,
  { kernels }: CompilerTarget,
  provider: string,
  compares: boolean,
): Promise<TriedCase> {
  const tensors = Object.fromEntries(
    Object.entries(feeds).map(([input, values]) => [input, toRuntime(input, values)]),
  );
  let providers: ReadonlyMap<string, string> = new Map();
  let problem: string | undefined;
  try {
    const run = await runPlaced(model, provider, tensors);
    providers = run.providers;
    if (compares) {
      const wanted = await runPlaced(model, 'cpu', tensors);
      for (const [output, { data }] of Object.entries(wanted.outputs)) {
        const difference = furthest(data, run.outputs[output]?.data);
        if (!(difference <= tolerance))
          problem = `${output} differs from the CPU's by ${difference.toPrecision(2)}`;
      }
    }
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  const nodes = deviceNodes(onnx).map((node): TriedNode => {
    const missing = kernels && missingKernel(kernels, node);
    const ranOn = providers.get(node.name);
    const dtypes = node.inputDtypes.map((dtype) => dtype ?? '?');
    return {
      what: [operatorName(node), ...dtypes].join(' '),
      ...(missing !== undefined && { missing }),
      ...(ranOn !== undefined && { ranOn }),
    };
  });
  return { name, nodes, ...(problem !== undefined && { problem }) };
}

type Data = Awaited<ReturnType<typeof runPlaced>>['outputs'][string]['data'];

/** The largest difference, as a share of what is larger than 1. */
function furthest(wanted: Data, found: Data | undefined): number {
  if (found === undefined || found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let index = 0; index < wanted.length; index++) {
    const [a, b] = [Number(wanted[index]), Number(found[index])];
    if (Object.is(a, b)) continue;
    const difference = Math.abs(a - b) / Math.max(1, Math.abs(a));
    largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(largest, difference);
  }
  return largest;
}
