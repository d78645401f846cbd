import { sentence } from '../../dsl/errors/sentence.ts';
import {
  type AnyBlock,
  atCallSite,
  fillSlot,
  frozen,
  isBlock,
  isSlot,
  ModelError,
  type Slot,
  unmarked,
} from '../../dsl/index.ts';
import type { CrossAttentionSizes } from '../media/cross-attention-sizes.ts';
import { maskedGatedCrossAttention } from '../media/gated-cross-attention.ts';
import { maskedCrossAttention } from '../media/masked-cross-attention.ts';
import { fitOwnBlock } from '../media/own-cross-attention.ts';
import type { Activation } from '../shared/activation.ts';
import type { LanguageModel } from '../shared/language-model.ts';
import { keptIn } from '../shared/part-precision.ts';
import { requirePart } from '../shared/require-part.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';
import { type ConventionDefaults, conventions } from './conventions.ts';
import type { FlamingoOptions } from './flamingo-options.ts';
import { type InsertionRule, insertionPlaces } from './insertion.ts';
import { perceiverResampler } from './perceiver-resampler.ts';
import { type Resampler, resamplerIn } from './resampler-slot.ts';
import { MISSES_EVERY_LAYER, ONE_BLOCK } from './sentences.ts';
import { type TrainedBlock, trained } from './trained-block.ts';

/** What a Flamingo is made of; `Block` is the form of the cross-attention: as it is run, or as it is trained. */
export interface FlamingoParts<Block = TrainedBlock> {
  readonly vision: VisionEncoder;
  readonly language: LanguageModel;
  readonly perceiver: Resampler;
  /** The gated cross-attention blocks by the layer of the language model that each stands before, ascending. */
  readonly blocks: ReadonlyMap<number, Block>;
  /** Options of the resampler that counted: the convention's, with the author's. */
  readonly resampler: ConventionDefaults['resampler'] | { readonly block: string };
  readonly crossAttention: {
    readonly every: number;
    readonly insertion: InsertionRule;
    readonly heads: number;
    readonly headDim: number;
    readonly block?: string;
  };
  readonly activation: Activation;
  readonly expansion: number;
  /** The tree that names the parameters: `perceiver.latents`, `cross_attention.3.attn_gate`. Frozen parts are marked. */
  readonly tree: object;
}

/** Parts with the gated blocks of a convention, or an author's own. */
export type JoinedParts<Block> = Omit<FlamingoParts, 'blocks'> &
  (
    | { readonly own: false; readonly blocks: ReadonlyMap<number, Block> }
    | { readonly own: true; readonly blocks: ReadonlyMap<number, AnyBlock> }
  );

/**
 * The parts of a Flamingo for training: vision encoder and language model frozen, a convention's defaults filled in.
 *
 * @param options those of `flamingo` that say what it is made of
 * @throws ModelError when the insertion interval misses every layer, or sizes or blocks do not fit
 */
export function flamingoParts(options: Omit<FlamingoOptions, 'name'>): FlamingoParts {
  return atCallSite(() => {
    const { own, blocks, ...parts } = joinParts(options, maskedGatedCrossAttention);
    return {
      ...parts,
      blocks: own ? new Map([...blocks].map(([layer, block]) => [layer, trained(block)])) : blocks,
    };
  }, flamingoParts);
}

/**
 * Fills in a convention's defaults, makes the blocks of a Flamingo and checks their joins.
 *
 * @param makeGated `gatedCrossAttention` in one of its forms, whose parameters are the same
 * @throws ModelError when the insertion interval misses every layer, or sizes or blocks do not fit
 */
export function joinParts<Block extends object>(
  options: Omit<FlamingoOptions, 'name'>,
  makeGated: (sizes: CrossAttentionSizes) => Block,
): JoinedParts<Block> {
  const { expansion = 4, precision = {} } = options;
  requirePart('flamingo', 'vision', options.vision);
  requirePart('flamingo', 'language', options.language);
  const [vision, language] = [unmarked(options.vision), unmarked(options.language)];
  const { convention: named = 'paper' } = options;
  const convention = conventions[named];
  const activation = options.activation ?? convention.activation;
  const { block: slot, ...chosen } = options.crossAttention;
  const own = isSlot(options.resampler) ? options.resampler : undefined;
  const resampler = { ...convention.resampler, ...(!isSlot(options.resampler) && options.resampler) };
  const { maxFrames, ...withoutFrames } = resampler;
  const perceiver = resamplerIn(own ?? perceiverResampler, vision, {
    ...withoutFrames,
    ...{ dim: vision.dim, inner: expansion * vision.dim, activation },
    ...(maxFrames !== undefined && { maxFrames }),
  });
  const defaults = convention.crossAttention === 'language' ? language : convention.crossAttention;
  const crossAttention = {
    ...{ heads: defaults.heads, headDim: defaults.headDim, insertion: convention.insertion },
    ...chosen,
  };
  const { every, insertion } = crossAttention;
  if (!Number.isInteger(every) || every < 1)
    throw new ModelError(
      `flamingo: crossAttention: every must be a whole number from 1 on, but it is ${every}`,
    );
  const places = insertionPlaces(language.layers, every, insertion);
  if (places.length === 0)
    throw new ModelError(sentence(MISSES_EVERY_LAYER, { every, rule: insertion, layers: language.layers }));
  const sizes: CrossAttentionSizes = {
    ...{ dim: language.dim, vision: perceiver.width, inner: expansion * language.dim, activation },
    ...{ heads: crossAttention.heads, headDim: crossAttention.headDim },
  };
  const shared = { vision, language, perceiver, activation, expansion };
  const tree = (blocks: ReadonlyMap<number, object>) => ({
    vision: frozen(keptIn(precision.vision, options.vision)),
    perceiver: keptIn(precision.resampler, perceiver.parts),
    language: frozen(keptIn(precision.language, options.language)),
    // Named by the layer that each stands before, as OpenFlamingo does.
    cross_attention: keptIn(precision.crossAttention, Object.fromEntries(blocks)),
  });
  const told = own === undefined ? resampler : { block: perceiver.parts.blockName };
  if (slot === undefined) {
    const blocks = new Map(places.map((layer) => [layer, makeGated(sizes)]));
    return { ...shared, crossAttention, resampler: told, own: false, blocks, tree: tree(blocks) };
  }
  const blocks = new Map(places.map((layer) => [layer, ownBlock(slot, sizes)]));
  const fitted = [...blocks.values()].map((block) =>
    fitOwnBlock(block, { dim: language.dim, latents: perceiver.latents, width: perceiver.width }),
  );
  const [first] = blocks.values();
  return {
    ...shared,
    crossAttention: { ...crossAttention, ...fitted[0], ...(first && { block: first.blockName }) },
    ...{ resampler: told, own: true, blocks, tree: tree(blocks) },
  };
}

function ownBlock(slot: Slot<CrossAttentionSizes>, sizes: CrossAttentionSizes): AnyBlock {
  if (isBlock(slot)) throw new ModelError(sentence(ONE_BLOCK, { block: slot.blockName }));
  return fillSlot('flamingo: crossAttention.block', slot, sizes);
}

/** What an author's block is run by; an author's block of the default way is seen as there: the last picture. */
export function wayOf(options: Pick<FlamingoOptions, 'media'>, block: AnyBlock) {
  const { media = maskedCrossAttention({ sees: 'last' }) } = options;
  if (media.withBlock === undefined)
    throw new ModelError(
      `flamingo: the way of media that is given runs gated blocks of its own alone; use maskedCrossAttention({ sees: 'last' }) with ${block.blockName}, or leave media out`,
    );
  return media.withBlock(block);
}
