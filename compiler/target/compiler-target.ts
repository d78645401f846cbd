import type { Provider } from '../../artifact/provider.ts';
import type { Target } from '../../dsl/target.ts';
import type { KernelTable } from '../onnx/kernels.ts';

/** A target with what the compiler reports of it. Every file of `targets/` exports one as `target`. */
export interface CompilerTarget extends Target {
  /** The provider of ONNX Runtime that runs what is compiled for it. */
  readonly provider: Provider;
  /** Operators and dtypes that the provider computes itself; undefined for the CPU, which takes what is left. */
  readonly kernels: KernelTable | undefined;
}
