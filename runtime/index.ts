/** What programs that use a compiled model import as `flamingo-onnx/runtime`. */
// The tensor that onnxruntime-node has: importing this loads no ONNX Runtime, whose absence is said where it is first used.
export { Tensor } from 'onnxruntime-common';
export type { LanguageManifest, Manifest } from '../artifact/manifest.ts';
export type { Provider } from '../artifact/provider.ts';
export { UserError } from '../artifact/user-error.ts';
export { type Artifact, type OpenOptions, openArtifact } from './artifact/artifact.ts';
export type { Abortable } from './asking.ts';
export { type EvaluateOptions, evaluate, type TaskFailure, type TaskOutcome } from './evaluate/evaluate.ts';
export { readTasks, type TaskFile, type TaskProblem } from './evaluate/read-tasks.ts';
export { type EvaluationResult, summarise } from './evaluate/summary.ts';
export type { EvaluationTask } from './evaluate/task.ts';
export type { BeamOptions, GenerateOptions, GreedyOptions, SamplingOptions } from './generate/options.ts';
export type { Finish } from './generate/search/search.ts';
export {
  type GraphFacts,
  type GraphInputValues,
  type GraphOutputValues,
  type GraphValue,
  LoadedGraph,
  type LoadGraphOptions,
  loadGraph,
} from './graph.ts';
export type { GraphArrays, GraphDtype } from './graph-input.ts';
export { loadImage } from './images/load-image.ts';
export type { PixelRule } from './images/pixel-rule.ts';
export type { ImageSource } from './images/source.ts';
export { loadFlamingo, loadFlamingo as load } from './load-flamingo.ts';
export type { LoadOptions } from './load-options.ts';
export { PictureStack, type StackPictures } from './media/picture-stack.ts';
export {
  type EncodedMedia,
  type Feeds,
  type MediaInputs,
  type MediaWay as RunningWay,
  type OwnWay,
  runMediaWay,
  type SeenMedia,
  type WayContext,
} from './media/way.ts';
export { FlamingoModel, FlamingoModel as Model } from './model.ts';
export { PreparedTask } from './prepared-task.ts';
export type { CpuNode, ModelProfile } from './profile/placement.ts';
export type { NodeProfile, PhaseProfile } from './profile/profile.ts';
export { dialogueOf } from './prompt/dialogue-of.ts';
export type { DialogueExamples, Examples, FewShotExamples } from './prompt/examples.ts';
export type { TextLayout } from './prompt/layout.ts';
export { nearestShots } from './prompt/nearest-shots.ts';
export { orderings } from './prompt/orderings.ts';
export * from './prompt/prompt.ts';
export { type RenderedPrompt, renderPrompt } from './prompt/render.ts';
export type { ShownPictures } from './prompt/shown-pictures.ts';
export * from './prompt/templates.ts';
export type { ChoiceScore, Normalisation } from './score-choices.ts';
export { loadTokenizer, type SpecialTokens, type Tokenizer } from './tokenizer.ts';
export * from './training/data/index.ts';
export { loadFrames, type VideoSource } from './video.ts';
export type {
  Answer,
  EncodedImage,
  EnsembleOptions,
  Generation,
  ProgressEvent,
  ScoreOptions,
  TokenEvent,
  Usage,
} from './worker/protocol.ts';
