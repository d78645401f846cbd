/**
 * What a project that adds to this one imports as `flamingo-onnx/extend`: the definitions of operators, fusion rules,
 * targets, families, weight formats and ways of media. CONTRIBUTING.md says which files each of them takes.
 */

/** The library of schemas, in the instance that a way's facts are checked with. */
export { z } from 'zod';
export type { Contract, GraphContract, PortContract } from '../artifact/contract.ts';
export { languageContract, visionContract } from '../artifact/media/language-contract.ts';
export {
  defineMediaWay,
  type MediaWay,
  type MediaWayDefinition,
  type ModelSettings,
} from '../artifact/media/way.ts';
export { UserError } from '../artifact/user-error.ts';
export type { StoredData, StoredDtype } from '../artifact/weights/stored-dtype.ts';
export { type StoredTensor, type WeightFile, weightFile } from '../artifact/weights/weight-file.ts';
export type { Dtype } from '../dsl/dtype.ts';
export type { Emitter, OnnxAttribute } from '../dsl/emitter.ts';
export { apply, applyAll, defineOperator, describeShape, fail } from '../dsl/operator.ts';
export {
  checkDtype,
  FLOATS,
  type NoAttributes,
  required,
  sameDtype,
} from '../dsl/operators/shared/inputs.ts';
export type { Capabilities, Capability, Target } from '../dsl/target.ts';
export type { Gradient, InTraining, Operator } from '../dsl/tensor.ts';
export type { HuggingFaceFamily, KnownTokens, WholeModel } from '../models/configs/hugging-face-family.ts';
export type { FromConfig, LanguageChanges, LanguageFamily } from '../models/configs/language-family.ts';
export type { VisionFamily, VisionFromConfig } from '../models/configs/vision-family.ts';
export {
  type LanguageMedia,
  type LanguageMediaMaker,
  languageGraph,
} from '../models/media/language-graph.ts';
export { languageFacts } from '../models/shared/language-facts.ts';
export type { LanguageModel } from '../models/shared/language-model.ts';
export type { VisionEncoder } from '../models/shared/vision-encoder.ts';
export { defineConfig, type FlamingoConfig } from './config.ts';
export type { Extensions, RuleText } from './extensions.ts';
export { type Kernel, type KernelTable, kernels } from './onnx/kernels.ts';
export type { CompilerTarget } from './target/compiler-target.ts';
export type { WeightFormat } from './weights/read/format.ts';
