/** What authors import as `flamingo-onnx`: the DSL and the model families written in it. */
export * from '../dsl/index.ts';
export * from './activation.ts';
export * from './clip-vit.ts';
export * from './conventions.ts';
export * from './feed-forward.ts';
export * from './flamingo.ts';
export * from './gated-cross-attention.ts';
export * from './insertion.ts';
export * from './interleaved-logits.ts';
export * from './language-model.ts';
export * from './losses/index.ts';
export * from './media-mask.ts';
export * from './opt.ts';
export * from './perceiver-resampler.ts';
export * from './vision-encoder.ts';
