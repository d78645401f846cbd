import type { Dtype } from '../../../dsl/dtype.ts';
import { kernels } from '../../onnx/kernels.ts';
import type { CompilerTarget } from '../compiler-target.ts';

const FLOATS: readonly Dtype[] = ['float32', 'float16'];
const NUMBERS: readonly Dtype[] = [...FLOATS, 'int32'];
const TRUTHS: readonly Dtype[] = ['bool'];
const ANY: readonly Dtype[] = [...NUMBERS, ...TRUTHS];
const WHOLE: readonly Dtype[] = ['int64', 'int32'];
const SIZES: readonly Dtype[] = ['int64'];

/**
 * The WebGPU provider of onnxruntime-node. Devices without `shader-f16` have no halves, so models compute in float32. It
 * has no int64, but for indices and sizes, and moves no truth values about. The table is what `npm run kernels` found on a
 * software device with ONNX Runtime 1.30. MultiHeadAttention is left out on purpose: from 32 queries on it gives other
 * values there (by 0.03 where the CPU gives 1), and ends the process where a past has no tokens. TopK refuses an input
 * without values.
 */
export const target: CompilerTarget = {
  name: 'webgpu',
  provider: 'webgpu',
  computes: 'float32',
  capabilities: {
    attentionOverCache: false,
    emptyRowsAreZero: false,
    fewQueries: 0,
    gatedAdd: false,
    skipLayerNormalization: true,
    groupedVolumes: false,
    // Other numbers, by ONNX Runtime 1.30, in one and two axes.
    threefoldChannels: false,
    int8Products: false,
    int8Rows: false,
    quantisedProductsAddBias: false,
    // A past without tokens ends the process, and what stays on the device is copied by no one.
    staticCache: true,
    cacheOnDevice: true,
    optimizerOnHost: false,
  },
  kernels: new Map([
    ...kernels('Abs Neg Floor Ceil Sqrt Exp Erf Log Sigmoid Tanh Relu Gelu', FLOATS),
    ...kernels('Add Sub Mul Div Pow Max Min', NUMBERS),
    ...kernels('Equal Less LessOrEqual Greater GreaterOrEqual', NUMBERS),
    ...kernels('And Not', TRUTHS),
    ...kernels('Where', TRUTHS, NUMBERS),
    ...kernels('Cast', ANY),
    ...kernels('MatMul Gemm Conv', FLOATS),
    ...kernels('AveragePool BatchNormalization LayerNormalization RMSNormalization', FLOATS),
    ...kernels('RotaryEmbedding', FLOATS, FLOATS, FLOATS, SIZES),
    ...kernels('Softmax', FLOATS),
    ...kernels('ReduceSum ReduceMean ReduceMax ReduceMin', NUMBERS, SIZES),
    ...kernels('ArgMax ArgMin', NUMBERS),
    ...kernels('CumSum', FLOATS, WHOLE),
    ...kernels('TopK', FLOATS, SIZES),
    ...kernels('Identity Transpose Concat', NUMBERS),
    ...kernels('Squeeze Unsqueeze', NUMBERS, SIZES),
    ...kernels('Shape', [...ANY, 'int64']),
    ...kernels('Reshape Expand', ANY, SIZES),
    ...kernels('Split', NUMBERS, SIZES),
    ...kernels('Slice', NUMBERS, WHOLE),
    ...kernels('Gather', NUMBERS, WHOLE),
    ...kernels('ScatterElements ScatterND', NUMBERS, WHOLE, NUMBERS),
    ...kernels('com.microsoft.BiasGelu com.microsoft.QuickGelu com.microsoft.FastGelu', FLOATS),
    ...kernels('com.microsoft.SkipLayerNormalization com.microsoft.SkipSimplifiedLayerNormalization', FLOATS),
    ...kernels('com.microsoft.MatMulNBits', FLOATS, ['uint8'], FLOATS, ['uint8']),
  ]),
};
