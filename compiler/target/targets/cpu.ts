import type { CompilerTarget } from '../compiler-target.ts';

/**
 * The CPU provider: computes in float32. It is where nodes without a kernel elsewhere end up, and the project's tests
 * run every operator on it, so it has no table.
 */
export const target: CompilerTarget = {
  name: 'cpu',
  provider: 'cpu',
  computes: 'float32',
  kernels: undefined,
  capabilities: {
    attentionOverCache: true,
    emptyRowsAreZero: true,
    // The scores are small then, and the flash kernel's blocks cost more than they save.
    fewQueries: 512,
    gatedAdd: true,
    // The kernel is slower than the two that it replaces.
    skipLayerNormalization: false,
    int8Products: true,
    int8Rows: true,
    quantisedProductsAddBias: true,
    /*
     * The kernel is the faster the longer the block, up to 256: against float32, 4.1 times at one token (128: 4.0, 32:
     * 2.6) and 2.4 times at 128 (128: 2.2, 32: 1.6; width 2048, one thread).
     */
    int8Blocks: [256, 128, 64],
    staticCache: false,
  },
};
