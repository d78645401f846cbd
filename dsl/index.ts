/**
 * What authors write models with; `flamingo-onnx/dsl`. What defines operators, rules, targets and families is in
 * `flamingo-onnx/extend`.
 */
export { type AnyBlock, type AnyBlockMaker, applyBlock, checkCall, isBlock } from './any-block.ts';
export { atCallSite } from './at-call-site.ts';
export type { Attributes, AttributeValue, ConstantData } from './attributes.ts';
export * from './author-operators.ts';
export * from './block.ts';
export type { Dim, Shape } from './dim.ts';
export type { Dtype, FloatDtype } from './dtype.ts';
export { einsum } from './einops/einsum.ts';
export { rearrange } from './einops/rearrange.ts';
export { reduce } from './einops/reduce.ts';
export { repeat } from './einops/repeat.ts';
export * from './errors/model-error.ts';
export type { Graph } from './graph.ts';
export * from './input.ts';
export * from './layers/index.ts';
export { frozen, inPrecision, type Marked, type Marks, unfrozen, unmarked } from './marks.ts';
export * from './options/options.ts';
export { normal, ones, type Parameter, parameter, uniform, zeros } from './parameter.ts';
export { PRECISIONS, type Precision } from './precision.ts';
export * from './program/graph-program.ts';
export * from './program/naming.ts';
export * from './program/picture-text.ts';
export * from './program/program.ts';
export type { ProgramParameter } from './program/program-parameter.ts';
export * from './program/recipe.ts';
export * from './sizes.ts';
export * from './slot.ts';
export type { Initialiser, Tensor, TensorSource, TensorType } from './tensor.ts';
