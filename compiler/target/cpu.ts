import type { TargetDescription } from './target.ts';

/**
 * The CPU provider: computes in float32. It is where nodes without a kernel elsewhere end up, and the project's tests
 * run every operator on it, so it has no table.
 */
export const cpu: TargetDescription = { provider: 'cpu', computes: 'float32', kernels: undefined };
