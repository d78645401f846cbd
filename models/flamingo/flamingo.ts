import {
  atCallSite,
  type CheckedEntry,
  type Complete,
  type KnownOptions,
  type LanguageFacts,
  type Marked,
  program,
  refuseUnknownOptions,
  type UnknownIn,
  type VisionLanguageProgram,
} from '../../dsl/index.ts';
import type { CrossAttentionWay } from '../media/cross-attention.ts';
import { languageGraph } from '../media/language-graph.ts';
import { packedCrossAttention } from '../media/packed-cross-attention.ts';
import { visionGraph } from '../media/vision-graph.ts';
import type { Activation } from '../shared/activation.ts';
import { bufferNames } from '../shared/buffer-names.ts';
import { DEFAULT_TOKENS, KNOWN_TOKENS, languageFacts } from '../shared/language-facts.ts';
import type { LanguageModel } from '../shared/language-model.ts';
import type { PartPrecision } from '../shared/part-precision.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';
import type { Convention } from './conventions.ts';
import { flamingoParts } from './flamingo-parts.ts';
import type { CheckedInsertion, InsertionRule } from './insertion.ts';
import { openFlamingoNames } from './open-flamingo-names.ts';

export interface FlamingoOptions {
  readonly name: string;
  /** Gives the defaults of all that is left out below. Default `paper`. */
  readonly convention?: Convention;
  /** Frozen, unless it is marked `unfrozen(...)`. */
  readonly vision: VisionEncoder | Marked<VisionEncoder>;
  /** Frozen, unless it is marked `unfrozen(...)`. */
  readonly language: LanguageModel | Marked<LanguageModel>;
  readonly resampler?: {
    readonly depth?: number;
    readonly heads?: number;
    readonly headDim?: number;
    readonly latents?: number;
    /** A layer norm on the finished latents. */
    readonly finalNorm?: boolean;
    /** Learned frame embeddings, for video; a longer video interpolates them. */
    readonly maxFrames?: number;
  };
  readonly crossAttention: {
    /** A gated cross-attention block before every n-th layer of the language model. */
    readonly every: number;
    readonly insertion?: InsertionRule;
    readonly heads?: number;
    readonly headDim?: number;
  };
  /** Which pictures a token looks at, and how that is computed. Default `packedCrossAttention()`: the last one. */
  readonly media?: CrossAttentionWay;
  /** Of all new layers. */
  readonly activation?: Activation;
  /** Width of the new layers' feed-forward in multiples of their own. Default 4. */
  readonly expansion?: number;
  /** The most frames that a video may have at run time. Default 30 for models with frame embeddings, 1 for others. */
  readonly longestVideo?: number;
  /** How the weights of parts are kept, whatever `--precision` says of the rest; as `{ language: 'int4' }`. */
  readonly precision?: PartPrecision;
  /** Texts of the special tokens; default `<image>`, `<|endofchunk|>`, `<PAD>`, `<s>`, `</s>`. */
  readonly tokens?: Partial<LanguageFacts['tokens']>;
}

/** The paper evaluates videos of 30 frames on embeddings trained for 8 (appendix A.1.1). */
const LONGEST_VIDEO = 30;

const KNOWN: KnownOptions<FlamingoOptions> = {
  name: true,
  convention: true,
  vision: true,
  language: true,
  resampler: { depth: true, heads: true, headDim: true, latents: true, finalNorm: true, maxFrames: true },
  crossAttention: { every: true, insertion: true, heads: true, headDim: true },
  media: true,
  activation: true,
  expansion: true,
  longestVideo: true,
  precision: { vision: true, resampler: true, language: true, crossAttention: true },
  tokens: KNOWN_TOKENS,
};

/** The options with a sentence in the place of each that cannot be. */
type CheckedFlamingo<O> = {
  [K in keyof O]: [K, UnknownIn<FlamingoOptions['crossAttention'], O[K]>] extends ['crossAttention', never]
    ? CheckedInsertion<O, O[K]>
    : CheckedEntry<'flamingo', FlamingoOptions, [], O, K>;
} & Complete<'flamingo', FlamingoOptions, O>;

/**
 * Joins a frozen vision encoder and a frozen language model by a Perceiver Resampler and gated cross-attention
 * blocks, and traces the two graphs of the model: `vision`, images or frames to latents and their keys and values;
 * `language`, which serves prefill and decode. Flamingo paper, section 2; `convention` chooses between its details
 * and OpenFlamingo's.
 *
 * @throws ModelError for an unknown option, and when the insertion interval misses every layer or sizes do not fit
 */
export function flamingo<const O extends Partial<FlamingoOptions>>(
  options: CheckedFlamingo<O>,
): VisionLanguageProgram;
export function flamingo<O extends FlamingoOptions>(given: O): VisionLanguageProgram {
  const options: FlamingoOptions = given;
  refuseUnknownOptions(flamingo, options, KNOWN);
  const way = options.media ?? packedCrossAttention();
  const parts = atCallSite(() => flamingoParts(options, way.block), flamingo);
  const { vision, language, perceiver, blocks, resampler, crossAttention } = parts;
  const { heads, headDim } = crossAttention;
  const sizes = { heads, headDim, latents: resampler.latents };
  const maxFrames = options.longestVideo ?? (resampler.maxFrames === undefined ? 1 : LONGEST_VIDEO);
  return program({
    name: options.name,
    parts: parts.tree,
    graphs: {
      vision: visionGraph({
        vision,
        resample: (features) => perceiver(features),
        keysAndValues: [...blocks.values()].map(
          (block) => (latents) => way.keysAndValues(block, latents, heads),
        ),
      }),
      language: languageGraph(language, way.media(blocks, sizes)),
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
      media: way.facts({ ...sizes, layers: blocks.size, dim: vision.dim }),
    },
  });
}
