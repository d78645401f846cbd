import type { Dtype } from '../../dsl/dtype.ts';
import type { OnnxNode } from './onnx-graph.ts';

/** The dtypes that each input of an operator may have; the last entry serves all further inputs. */
export type Kernel = readonly (readonly Dtype[])[];

/** The kernels of a provider, by operator: `Add`, and `com.microsoft.BiasGelu` outside ONNX's own domain. */
export type KernelTable = ReadonlyMap<string, Kernel>;

/** One kernel for several operators, given as words. */
export function kernels(names: string, ...inputs: Kernel): readonly (readonly [string, Kernel])[] {
  return names.split(' ').map((name) => [name, inputs]);
}

export function operatorName({ domain, type }: Pick<OnnxNode, 'domain' | 'type'>): string {
  return domain === '' ? type : `${domain}.${type}`;
}

/** Why a table has no kernel for a node; undefined when it has one. Inputs of unknown dtype are taken to fit. */
export function missingKernel(
  table: KernelTable,
  node: Pick<OnnxNode, 'domain' | 'type' | 'inputDtypes'>,
): string | undefined {
  const kernel = table.get(operatorName(node));
  if (kernel === undefined) return 'the provider has no kernel of this operator';
  for (const [index, dtype] of node.inputDtypes.entries()) {
    const accepted = kernel[index] ?? kernel.at(-1) ?? [];
    if (dtype === undefined || accepted.includes(dtype)) continue;
    return `input ${index} is ${dtype}, but the provider's kernels take ${accepted.join(', ')} there`;
  }
  return undefined;
}
