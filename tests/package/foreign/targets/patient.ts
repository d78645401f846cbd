import type { CompilerTarget } from 'flamingo-onnx/extend';

/** The CPU by operators that every provider has. */
export const patient: CompilerTarget = {
  name: 'patient',
  provider: 'cpu',
  computes: 'float32',
  kernels: undefined,
  capabilities: {
    attentionOverCache: false,
    emptyRowsAreZero: false,
    fewQueries: 0,
    gatedAdd: false,
    skipLayerNormalization: false,
    groupedVolumes: true,
    threefoldChannels: true,
    int8Products: true,
    int8Rows: false,
    quantisedProductsAddBias: true,
    staticCache: false,
    cacheOnDevice: false,
    optimizerOnHost: true,
  },
};
