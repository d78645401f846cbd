/**
 * What programs that compile models in code import as `flamingo-onnx/compiler`: what the command line does, as functions
 * that return values and throw sentences.
 */
export type { Manifest } from '../artifact/manifest.ts';
export { UserError } from '../artifact/user-error.ts';
export { type ByteLevelOptions, byteLevelTokenizer } from '../models/tokenizers/byte-level-tokenizer.ts';
export type { CheckpointModel } from './checkpoints/checkpoint-model.ts';
export { type OpenCheckpointOptions, openCheckpoint } from './checkpoints/open-checkpoint.ts';
export type { OpenFlamingoSources } from './checkpoints/open-flamingo.ts';
export { type CompileOptions, compile } from './compile.ts';
export { type LoadModelOptions, loadModel } from './frontend/load-model.ts';
export { SourceError } from './frontend/source-error.ts';
export { type RelinkOptions, relink } from './relink.ts';
