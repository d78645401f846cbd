/** What pages that use a compiled model import as `flamingo-onnx/web`. */
export type { LanguageManifest } from '../../artifact/manifest.ts';
export { UserError } from '../../artifact/user-error.ts';
export type { Abortable } from '../asking.ts';
export type { BeamOptions, GenerateOptions, GreedyOptions, SamplingOptions } from '../generate/options.ts';
export type { Finish } from '../generate/search/search.ts';
export type { PixelRule } from '../images/pixel-rule.ts';
export { FlamingoModel } from '../model.ts';
export { PreparedTask } from '../prepared-task.ts';
export { dialogueOf } from '../prompt/dialogue-of.ts';
export * from '../prompt/prompt.ts';
export type { ChoiceScore, Normalisation } from '../score-choices.ts';
export type {
  Answer,
  EncodedImage,
  EnsembleOptions,
  Generation,
  ProgressEvent,
  ScoreOptions,
  TokenEvent,
  Usage,
} from '../worker/protocol.ts';
export { CACHE } from './file-cache.ts';
export { loadFlamingo, type WebLoadOptions } from './load-flamingo.ts';
export type { DownloadEvent } from './protocol.ts';
export { defaultThreads, hasWebGpu, type WebProvider } from './provider.ts';
