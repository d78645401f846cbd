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
    groupedVolumes: true,
    threefoldChannels: true,
    int8Products: true,
    quantisedProductsAddBias: true,
    /*
     * Against MatMulNBits in blocks of 256, x rounded too: 0.9 of the time at one token, half at 8, 0.28 at 64, 0.25 at
     * 257 (48 products of 1024 by 4096, one thread, processor time, a machine with AMX).
     */
    int8Rows: true,
    staticCache: false,
    cacheOnDevice: false,
    optimizerOnHost: true,
  },
};
