/** What authors import as `flamingo-onnx`: the DSL and the model families written in it. */
export * from '../dsl/index.ts';
export * from './clip/clip-vit.ts';
export * from './clip/config.ts';
export * from './configs/language-families.ts';
export * from './configs/language-family.ts';
export * from './flamingo/checked-insertion.ts';
export * from './flamingo/conventions.ts';
export * from './flamingo/flamingo.ts';
export * from './flamingo/flamingo-options.ts';
export * from './flamingo/flamingo-parts.ts';
export * from './flamingo/insertion.ts';
export * from './flamingo/interleaved-logits.ts';
export * from './flamingo/media-mask.ts';
export * from './flamingo/perceiver-resampler.ts';
export type { Resampler, ResamplerSizes } from './flamingo/resampler-slot.ts';
export type { TrainedBlock } from './flamingo/trained-block.ts';
export * from './gpt-neox/config.ts';
export * from './gpt-neox/gpt-neox.ts';
export * from './gpt2/config.ts';
export * from './gpt2/gpt2.ts';
export * from './idefics/config.ts';
export * from './idefics/idefics.ts';
export * from './llama/config.ts';
export * from './llama/llama.ts';
export * from './losses/index.ts';
export * from './media/cross-attention.ts';
export * from './media/cross-attention-sizes.ts';
export * from './media/gated-cross-attention.ts';
export * from './media/language-graph.ts';
export * from './media/masked-cross-attention.ts';
export * from './media/none.ts';
export * from './media/packed-attention.ts';
export * from './media/packed-block.ts';
export * from './media/packed-cross-attention.ts';
export * from './media/seen-pictures.ts';
export * from './media/spliced.ts';
export * from './media/vision-graph.ts';
export * from './mpt/config.ts';
export * from './mpt/mpt.ts';
export * from './nfnet/nfnet.ts';
export * from './opt/config.ts';
export * from './opt/opt.ts';
export * from './shared/activation.ts';
export * from './shared/clip-pixels.ts';
export * from './shared/decoder.ts';
export * from './shared/feed-forward.ts';
export * from './shared/language-model.ts';
export * from './shared/own-vision-encoder.ts';
export * from './shared/part-precision.ts';
export {
  type RecurrentLayer,
  type RecurrentLayerDefinition,
  type RecurrentPlaces,
  recurrentLayer,
  type StateSizes,
  type States,
} from './shared/recurrent-layer.ts';
export * from './shared/vision-encoder.ts';
export * from './spliced/connector.ts';
export type { ConnectorPlace } from './spliced/connector-slot.ts';
export * from './spliced/mlp-connector.ts';
export * from './spliced/resampler-connector.ts';
export * from './spliced/spliced.ts';
export * from './spliced/spliced-logits.ts';
