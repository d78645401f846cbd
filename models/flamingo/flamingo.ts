import {
  atCallSite,
  type CheckedEntry,
  type Complete,
  type KnownOptions,
  program,
  refuseUnknownOptions,
  type UnknownIn,
  type VisionLanguageProgram,
} from '../../dsl/index.ts';
import { languageGraph } from '../media/language-graph.ts';
import { packedCrossAttention } from '../media/packed-cross-attention.ts';
import { visionGraph } from '../media/vision-graph.ts';
import { bufferNames } from '../shared/buffer-names.ts';
import { DEFAULT_TOKENS, KNOWN_TOKENS, languageFacts } from '../shared/language-facts.ts';
import type { CheckedInsertion } from './checked-insertion.ts';
import type { FlamingoOptions } from './flamingo-options.ts';
import { flamingoParts } from './flamingo-parts.ts';
import { openFlamingoNames } from './open-flamingo-names.ts';

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
