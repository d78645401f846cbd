import {
  atCallSite,
  type CheckedEntry,
  type Complete,
  type Draft,
  type KnownOptions,
  type MediaFacts,
  ModelError,
  PRECISIONS,
  program,
  refuseUnknownOptions,
  requireOptions,
  type SlotFunction,
  type UnknownIn,
  type VisionLanguageProgram,
} from '../../dsl/index.ts';
import type { CrossAttentionWay, LatentSizes } from '../media/cross-attention.ts';
import { type LanguageMediaMaker, languageGraph } from '../media/language-graph.ts';
import { packedCrossAttention } from '../media/packed-cross-attention.ts';
import { type VisionGraphParts, visionGraph } from '../media/vision-graph.ts';
import { ACTIVATIONS } from '../shared/activation.ts';
import { bufferNames } from '../shared/buffer-names.ts';
import { DEFAULT_TOKENS, KNOWN_TOKENS, languageFacts } from '../shared/language-facts.ts';
import type { CheckedInterval } from './checked-insertion.ts';
import type { CheckedAttention, ResamplerProblem } from './checked-slots.ts';
import { CONVENTIONS } from './conventions.ts';
import type { FlamingoOptions } from './flamingo-options.ts';
import { type JoinedParts, joinParts, wayOf } from './flamingo-parts.ts';
import { INSERTION_RULES } from './insertion.ts';
import { openFlamingoNames } from './open-flamingo-names.ts';

/** The paper evaluates videos of 30 frames on embeddings trained for 8 (appendix A.1.1). */
const LONGEST_VIDEO = 30;

const KNOWN: KnownOptions<FlamingoOptions> = {
  name: 'a text',
  convention: CONVENTIONS,
  vision: true,
  language: true,
  resampler: {
    depth: 'a whole number from 0 on',
    heads: 'a whole number from 1 on',
    headDim: 'a whole number from 1 on',
    latents: 'a whole number from 1 on',
    finalNorm: 'true or false',
    maxFrames: 'a whole number from 1 on',
  },
  crossAttention: {
    every: 'a whole number from 1 on',
    insertion: INSERTION_RULES,
    heads: 'a whole number from 1 on',
    headDim: 'a whole number from 1 on',
    block: true,
  },
  media: true,
  activation: ACTIVATIONS,
  expansion: 'a number',
  longestVideo: 'a whole number from 1 on',
  precision: {
    vision: PRECISIONS,
    resampler: PRECISIONS,
    language: PRECISIONS,
    crossAttention: PRECISIONS,
  },
  tokens: KNOWN_TOKENS,
};

/** The options with a sentence in the place of each that cannot be. */
type CheckedFlamingo<O> = {
  [K in keyof O]: K extends 'resampler'
    ? O[K] extends SlotFunction
      ? [ResamplerProblem<O, O[K]>] extends [never]
        ? O[K]
        : ResamplerProblem<O, O[K]>
      : CheckedEntry<'flamingo', FlamingoOptions, [], O, K>
    : [K, O[K], UnknownIn<FlamingoOptions['crossAttention'], O[K]>] extends [
          'crossAttention',
          FlamingoOptions['crossAttention'],
          never,
        ]
      ? CheckedCrossAttention<O, O[K]>
      : CheckedEntry<'flamingo', FlamingoOptions, [], O, K>;
} & Complete<'flamingo', FlamingoOptions, O>;

/** The options of the cross-attention with a sentence in the place of a block or an interval that does not fit. */
type CheckedCrossAttention<O, Cross> = {
  readonly [K in keyof Cross]: K extends 'block'
    ? CheckedAttention<O, Cross[K]>
    : K extends 'every'
      ? CheckedInterval<O, Cross, Cross[K]>
      : Cross[K];
};

/**
 * Joins a frozen vision encoder and a frozen language model by a Perceiver Resampler and gated cross-attention
 * blocks, and traces the two graphs of the model: `vision`, images or frames to latents and their keys and values;
 * `language`, which serves prefill and decode. Flamingo paper, section 2; `convention` chooses between its details
 * and OpenFlamingo's.
 *
 * @throws ModelError for an unknown option, and when the insertion interval misses every layer or sizes do not fit
 */
export function flamingo<const O extends Draft<FlamingoOptions>>(
  options: CheckedFlamingo<O>,
): VisionLanguageProgram;
export function flamingo<O extends FlamingoOptions>(given: O): VisionLanguageProgram {
  const options: FlamingoOptions = given;
  refuseUnknownOptions(flamingo, options, KNOWN);
  requireOptions(flamingo, options, ['name', 'vision', 'language', 'crossAttention']);
  requireOptions(flamingo, options.crossAttention, ['every'], 'crossAttention');
  const { run, parts } = atCallSite(() => {
    const { media = packedCrossAttention() } = options;
    if (typeof media !== 'object' || !('block' in media && 'facts' in media))
      throw new ModelError(
        'flamingo: media must be a way of cross-attention, as maskedCrossAttention({ … }) makes one',
      );
    const parts = joinParts(options, media.block);
    const { latents, width } = parts.perceiver;
    const sizes = { heads: parts.crossAttention.heads, headDim: parts.crossAttention.headDim, latents };
    return { parts, run: running(options, parts, { ...sizes, dim: width }) };
  }, flamingo);
  const { vision, language, perceiver, resampler, crossAttention } = parts;
  const framed = 'maxFrames' in resampler && resampler.maxFrames !== undefined;
  const maxFrames = options.longestVideo ?? (framed ? LONGEST_VIDEO : 1);
  return program({
    name: options.name,
    parts: parts.tree,
    graphs: {
      vision: visionGraph({ vision, resample: perceiver, keysAndValues: run.keysAndValues }),
      language: languageGraph(language, run.media),
    },
    checkpointNames: [
      ...vision.checkpointNames,
      ...language.checkpointNames,
      ...openFlamingoNames,
      ...bufferNames,
    ],
    facts: {
      options: {
        convention: options.convention ?? 'paper',
        vision: { family: vision.family, ...vision.options },
        language: { family: language.family, ...language.options },
        resampler,
        crossAttention,
        activation: parts.activation,
        expansion: parts.expansion,
      },
      image: { size: vision.image, ...vision.preprocessing, maxFrames },
      language: languageFacts(language, { ...DEFAULT_TOKENS, ...options.tokens }),
      media: run.facts,
    },
  });
}

/** How the blocks are run: by the way that the options name, in an author's own form where the blocks are the author's. */
function running(options: FlamingoOptions, parts: JoinedParts<object>, sizes: LatentSizes): RunningBlocks {
  if (!parts.own) return runningBy(options.media ?? packedCrossAttention(), parts.blocks, sizes);
  const [first] = parts.blocks.values();
  if (first === undefined) throw new Error('a model without a block is refused before');
  return runningBy(wayOf(options, first), parts.blocks, sizes);
}

interface RunningBlocks extends Pick<VisionGraphParts, 'keysAndValues'> {
  readonly media: LanguageMediaMaker;
  readonly facts: MediaFacts;
}

function runningBy<Block extends object>(
  way: Omit<CrossAttentionWay<Block>, 'block'>,
  blocks: ReadonlyMap<number, Block>,
  sizes: LatentSizes,
): RunningBlocks {
  const { keysAndValues } = way;
  return {
    media: way.media(blocks, sizes),
    keysAndValues:
      keysAndValues === undefined
        ? []
        : [...blocks.values()].map((block) => (latents) => keysAndValues(block, latents, sizes.heads)),
    facts: way.facts({ ...sizes, layers: blocks.size }),
  };
}
