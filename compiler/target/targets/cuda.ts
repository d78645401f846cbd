import type { Dtype } from '../../../dsl/dtype.ts';
import { kernels } from '../../onnx/kernels.ts';
import type { CompilerTarget } from '../compiler-target.ts';

const FLOAT: readonly Dtype[] = ['float32', 'float16'];
const FLOATS: readonly Dtype[] = [...FLOAT, 'bfloat16'];
const WHOLE: readonly Dtype[] = ['int64', 'int32'];
const SMALL: readonly Dtype[] = ['int8', 'uint8'];
const BOOL: readonly Dtype[] = ['bool'];
const ANY: readonly Dtype[] = [...FLOATS, ...WHOLE, ...SMALL, ...BOOL];
const SIZES: readonly Dtype[] = ['int64'];

/**
 * The CUDA provider: computes in float16. The table holds the operators that this project writes, each with the dtypes of its
 * newest kernel. It was read from ONNX Runtime's generated list `docs/OperatorKernels.md` and compared with what the
 * provider's own library of 1.30 takes (`npm run kernels -- --target cuda --stand-in`, which needs no card and compares no
 * results). MaxPool has no kernel in the form of opset 22, and a ConvTranspose whose padding differs from side to side and
 * a Scan over int64 alone run on the CPU, as does what reads such a Scan, though there are kernels for it. Not checked on a GPU.
 */
export const target: CompilerTarget = {
  name: 'cuda',
  provider: 'cuda',
  computes: 'float16',
  capabilities: {
    attentionOverCache: false,
    // Not known, and so not relied on.
    emptyRowsAreZero: false,
    fewQueries: 0,
    // The kernel was not measured.
    gatedAdd: false,
    skipLayerNormalization: true,
    groupedVolumes: true,
    threefoldChannels: true,
    int8Products: false,
    int8Rows: false,
    quantisedProductsAddBias: false,
    staticCache: false,
    cacheOnDevice: false,
    optimizerOnHost: false,
  },
  kernels: new Map([
    ...kernels('Abs Add Sub Mul Div', [...FLOATS, ...WHOLE, ...SMALL]),
    ...kernels('Neg', [...FLOATS, ...WHOLE, 'int8']),
    ...kernels('Max Min', [...FLOATS, ...WHOLE]),
    ...kernels('Mod', [...FLOATS, ...WHOLE]),
    ...kernels('Pow', [...FLOATS, ...WHOLE]),
    ...kernels('Ceil Floor Round Cos Sin Log LogSoftmax', FLOAT),
    ...kernels('Erf Exp Sqrt Sigmoid Tanh Relu Gelu Softmax', FLOATS),
    ...kernels('And Or Xor Not', BOOL),
    ...kernels('Equal', [...FLOAT, ...WHOLE, ...BOOL]),
    ...kernels('Less LessOrEqual Greater GreaterOrEqual', [...FLOAT, ...WHOLE]),
    ...kernels('Where', BOOL, [...FLOATS, ...WHOLE, 'uint8']),
    ...kernels('MatMul Gemm Conv', FLOATS),
    ...kernels('ConvTranspose', FLOAT),
    ...kernels('TopK', [...FLOAT, ...WHOLE], SIZES),
    ...kernels('AveragePool', FLOATS),
    ...kernels('BatchNormalization', FLOAT),
    ...kernels('LayerNormalization RMSNormalization', FLOATS),
    ...kernels('RotaryEmbedding', FLOATS, FLOATS, FLOATS, SIZES),
    ...kernels('Attention', FLOATS, FLOATS, FLOATS, [...FLOATS, ...BOOL], FLOATS, FLOATS, SIZES),
    ...kernels('ReduceSum', [...FLOATS, ...WHOLE], SIZES),
    ...kernels('ReduceMean', [...FLOAT, 'int32'], SIZES),
    ...kernels('ReduceMax', [...FLOAT, ...WHOLE], SIZES),
    ...kernels('ReduceMin', [...FLOAT, ...WHOLE, ...SMALL], SIZES),
    ...kernels('ArgMax ArgMin', FLOAT),
    ...kernels('CumSum', [...FLOAT, ...WHOLE], WHOLE),
    ...kernels('Range', ['float32', ...WHOLE]),
    ...kernels('Cast Identity Shape Size Transpose Concat', ANY),
    ...kernels('Reshape Expand Squeeze Unsqueeze Split', ANY, SIZES),
    ...kernels('Slice', ANY, WHOLE),
    ...kernels('Gather GatherElements', ANY, WHOLE),
    ...kernels('GatherND', [...FLOATS, 'int64', ...BOOL], SIZES),
    ...kernels('ScatterElements', ANY, WHOLE, ANY),
    ...kernels('ScatterND TensorScatter', ANY, SIZES, ANY),
    ...kernels('Pad', [...FLOAT, ...BOOL], SIZES, [...FLOAT, ...BOOL], WHOLE),
    ...kernels('Tile', [...FLOATS, ...WHOLE], SIZES),
    ...kernels('Trilu', ANY, SIZES),
    ...kernels('ConstantOfShape', SIZES),
    ...kernels('Loop If Scan', ANY),
    ...kernels('com.microsoft.FusedMatMul com.microsoft.BiasGelu com.microsoft.QuickGelu', FLOATS),
    ...kernels('com.microsoft.FastGelu com.microsoft.Gelu', FLOATS),
    ...kernels('com.microsoft.SkipLayerNormalization com.microsoft.SkipSimplifiedLayerNormalization', FLOATS),
    ...kernels(
      'com.microsoft.MultiHeadAttention',
      FLOATS,
      FLOATS,
      FLOATS,
      FLOATS,
      ['int32'],
      FLOATS,
      FLOATS,
      FLOATS,
      ['int32'],
    ),
    ...kernels(
      'com.microsoft.GroupQueryAttention',
      ['float16', 'bfloat16'],
      ['float16', 'bfloat16'],
      ['float16', 'bfloat16'],
      ['float16', 'bfloat16', 'int8'],
      ['float16', 'bfloat16', 'int8'],
      ['int32'],
      ['int32'],
      FLOATS,
      FLOATS,
      SIZES,
      FLOATS,
    ),
    ...kernels('com.microsoft.RotaryEmbedding', FLOATS, SIZES, FLOATS, FLOATS),
    ...kernels('com.microsoft.MatMulNBits', FLOATS, ['uint8'], FLOATS, [...FLOATS, 'uint8']),
  ]),
};
