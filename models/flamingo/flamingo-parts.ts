import { frozen, ModelError, unmarked } from '../../dsl/index.ts';
import type { Activation } from '../shared/activation.ts';
import type { LanguageModel } from '../shared/language-model.ts';
import { keptIn } from '../shared/part-precision.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';
import { type ConventionDefaults, conventions } from './conventions.ts';
import type { CrossAttentionSizes } from './cross-attention-sizes.ts';
import type { FlamingoOptions } from './flamingo-options.ts';
import { type InsertionRule, insertionPlaces, missesEveryLayer } from './insertion.ts';
import { perceiverResampler } from './perceiver-resampler.ts';

/** What a Flamingo is made of; `Block` is the form of the cross-attention: packed to be run, masked to be trained. */
export interface FlamingoParts<Block> {
  readonly vision: VisionEncoder;
  readonly language: LanguageModel;
  readonly perceiver: ReturnType<typeof perceiverResampler>;
  /** The gated cross-attention blocks by the layer of the language model that each stands before, ascending. */
  readonly blocks: ReadonlyMap<number, Block>;
  readonly resampler: ConventionDefaults['resampler'];
  readonly crossAttention: {
    readonly every: number;
    readonly insertion: InsertionRule;
    readonly heads: number;
    readonly headDim: number;
  };
  readonly activation: Activation;
  readonly expansion: number;
  /** The tree that names the parameters: `perceiver.latents`, `cross_attention.3.attn_gate`. Frozen parts are marked. */
  readonly tree: object;
}

/**
 * Fills in a convention's defaults and makes the parts of a Flamingo, the vision encoder and the language model frozen.
 *
 * @param makeBlock `gatedCrossAttention` or `maskedGatedCrossAttention`; their parameters are the same
 * @throws ModelError when the insertion interval misses every layer or sizes do not fit
 */
export function flamingoParts<Block extends object>(
  options: Omit<FlamingoOptions, 'name'>,
  makeBlock: (sizes: CrossAttentionSizes) => Block,
): FlamingoParts<Block> {
  const { expansion = 4 } = options;
  const [vision, language] = [unmarked(options.vision), unmarked(options.language)];
  const convention = conventions[options.convention ?? 'paper'];
  const activation = options.activation ?? convention.activation;
  const resampler = { ...convention.resampler, ...options.resampler };
  const heads = convention.crossAttention === 'language' ? language : convention.crossAttention;
  const crossAttention = {
    heads: heads.heads,
    headDim: heads.headDim,
    insertion: convention.insertion,
    ...options.crossAttention,
  };
  const places = insertionPlaces(language.layers, crossAttention.every, crossAttention.insertion);
  if (places.length === 0) {
    throw new ModelError(missesEveryLayer(language.layers, crossAttention.every, crossAttention.insertion));
  }
  const perceiver = perceiverResampler({
    dim: vision.dim,
    heads: resampler.heads,
    headDim: resampler.headDim,
    latents: resampler.latents,
    inner: expansion * vision.dim,
    depth: resampler.depth,
    finalNorm: resampler.finalNorm,
    activation,
    ...(resampler.maxFrames !== undefined && { maxFrames: resampler.maxFrames }),
  });
  const sizes: CrossAttentionSizes = {
    dim: language.dim,
    vision: vision.dim,
    heads: crossAttention.heads,
    headDim: crossAttention.headDim,
    inner: expansion * language.dim,
    activation,
  };
  const blocks = new Map(places.map((layer) => [layer, makeBlock(sizes)]));
  const precision = options.precision ?? {};
  const tree = {
    vision: frozen(keptIn(precision.vision, options.vision)),
    perceiver: keptIn(precision.resampler, perceiver),
    language: frozen(keptIn(precision.language, options.language)),
    // Named by the layer that each stands before, as OpenFlamingo does.
    cross_attention: keptIn(precision.crossAttention, Object.fromEntries(blocks)),
  };
  return { vision, language, perceiver, blocks, resampler, crossAttention, activation, expansion, tree };
}
