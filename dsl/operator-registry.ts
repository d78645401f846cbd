// Written by `npm run registries`; add a file to the folder rather than edit this one.
import { addOperator } from './operators/add.ts';
import { arangeOperator } from './operators/arange.ts';
import { argmaxOperator, argminOperator } from './operators/argmax.ts';
import { attentionOperator } from './operators/attention.ts';
import { avgPoolOperator } from './operators/avg-pool.ts';
import { batchNormalizeOperator } from './operators/batch-normalize.ts';
import { biasGeluOperator } from './operators/bias-gelu.ts';
import { castOperator } from './operators/cast.ts';
import { equalOperator, greaterOperator, greaterOrEqualOperator, lessOperator, lessOrEqualOperator } from './operators/comparison.ts';
import { concatOperator } from './operators/concat.ts';
import { convTransposeOperator } from './operators/conv-transpose.ts';
import { convOperator } from './operators/conv.ts';
import { cumprodOperator } from './operators/cumprod.ts';
import { cumsumOperator } from './operators/cumsum.ts';
import { divideOperator } from './operators/divide.ts';
import { dropoutOperator } from './operators/dropout.ts';
import { expandOperator } from './operators/expand.ts';
import { gatedAddOperator } from './operators/gated-add.ts';
import { gatherOperator } from './operators/gather.ts';
import { geluTanhOperator } from './operators/gelu-tanh.ts';
import { geluOperator } from './operators/gelu.ts';
import { groupNormalizeOperator } from './operators/group-normalize.ts';
import { interpolateRowsOperator } from './operators/interpolate-rows.ts';
import { layerNormalizeOperator } from './operators/layer-normalize.ts';
import { linearOperator } from './operators/linear.ts';
import { andOperator, notOperator, orOperator } from './operators/logical.ts';
import { matmulTransposedOperator } from './operators/matmul-transposed.ts';
import { matmulOperator } from './operators/matmul.ts';
import { maxPoolOperator } from './operators/max-pool.ts';
import { maximumOperator } from './operators/maximum.ts';
import { minimumOperator } from './operators/minimum.ts';
import { multiplyOperator } from './operators/multiply.ts';
import { padOperator } from './operators/pad.ts';
import { powerOperator } from './operators/power.ts';
import { quickGeluOperator } from './operators/quick-gelu.ts';
import { reduceMaxOperator, reduceMeanOperator, reduceMinOperator, reduceSumOperator } from './operators/reduce.ts';
import { reluOperator } from './operators/relu.ts';
import { remainderOperator } from './operators/remainder.ts';
import { reshapeOperator } from './operators/reshape.ts';
import { rmsNormalizeOperator } from './operators/rms-normalize.ts';
import { rotaryOperator } from './operators/rotary.ts';
import { scatterAddOperator } from './operators/scatter-add.ts';
import { sigmoidOperator } from './operators/sigmoid.ts';
import { siluOperator } from './operators/silu.ts';
import { sizeOfOperator } from './operators/size-of.ts';
import { skipLayerNormalizeOperator } from './operators/skip-layer-normalize.ts';
import { skipRmsNormalizeOperator } from './operators/skip-rms-normalize.ts';
import { sliceOperator } from './operators/slice.ts';
import { logSoftmaxOperator, softmaxOperator } from './operators/softmax.ts';
import { softplusOperator } from './operators/softplus.ts';
import { splitOperator } from './operators/split.ts';
import { squaredReluOperator } from './operators/squared-relu.ts';
import { stopGradientOperator } from './operators/stop-gradient.ts';
import { subtractOperator } from './operators/subtract.ts';
import { takeAlongAxisOperator } from './operators/take-along-axis.ts';
import { tanhOperator } from './operators/tanh.ts';
import { topKOperator } from './operators/top-k.ts';
import { transposeOperator } from './operators/transpose.ts';
import { absOperator, ceilOperator, cosOperator, erfOperator, expOperator, floorOperator, logOperator, negOperator, roundOperator, signOperator, sinOperator, sqrtOperator } from './operators/unary.ts';
import { whereOperator } from './operators/where.ts';
import type { Operator } from './tensor.ts';

/** Every operator of the language. */
export const OPERATORS: readonly Operator[] = [
  addOperator,
  arangeOperator,
  argmaxOperator,
  argminOperator,
  attentionOperator,
  avgPoolOperator,
  batchNormalizeOperator,
  biasGeluOperator,
  castOperator,
  equalOperator,
  greaterOperator,
  greaterOrEqualOperator,
  lessOperator,
  lessOrEqualOperator,
  concatOperator,
  convTransposeOperator,
  convOperator,
  cumprodOperator,
  cumsumOperator,
  divideOperator,
  dropoutOperator,
  expandOperator,
  gatedAddOperator,
  gatherOperator,
  geluTanhOperator,
  geluOperator,
  groupNormalizeOperator,
  interpolateRowsOperator,
  layerNormalizeOperator,
  linearOperator,
  andOperator,
  notOperator,
  orOperator,
  matmulTransposedOperator,
  matmulOperator,
  maxPoolOperator,
  maximumOperator,
  minimumOperator,
  multiplyOperator,
  padOperator,
  powerOperator,
  quickGeluOperator,
  reduceMaxOperator,
  reduceMeanOperator,
  reduceMinOperator,
  reduceSumOperator,
  reluOperator,
  remainderOperator,
  reshapeOperator,
  rmsNormalizeOperator,
  rotaryOperator,
  scatterAddOperator,
  sigmoidOperator,
  siluOperator,
  sizeOfOperator,
  skipLayerNormalizeOperator,
  skipRmsNormalizeOperator,
  sliceOperator,
  logSoftmaxOperator,
  softmaxOperator,
  softplusOperator,
  splitOperator,
  squaredReluOperator,
  stopGradientOperator,
  subtractOperator,
  takeAlongAxisOperator,
  tanhOperator,
  topKOperator,
  transposeOperator,
  absOperator,
  ceilOperator,
  cosOperator,
  erfOperator,
  expOperator,
  floorOperator,
  logOperator,
  negOperator,
  roundOperator,
  signOperator,
  sinOperator,
  sqrtOperator,
  whereOperator,
];
