import {
  type CheckpointName,
  frozen,
  type KnownOptions,
  ModelError,
  type ModelTokens,
  program,
  rearrange,
  refuseUnknownOptions,
  type Tensor,
  unfrozen,
  type VisionLanguageProgram,
} from '../../dsl/index.ts';
import { type ClipVitOptions, clipVit } from '../clip/clip-vit.ts';
import { insertionPlaces } from '../flamingo/insertion.ts';
import { type LlamaOptions, llama } from '../llama/llama.ts';
import { languageGraph } from '../media/language-graph.ts';
import { packedFacts, packedMedia } from '../media/packed-cross-attention.ts';
import { visionGraph } from '../media/vision-graph.ts';
import { bufferNames } from '../shared/buffer-names.ts';
import { KNOWN_TOKENS, languageFacts } from '../shared/language-facts.ts';
import { KNOWN_PREPROCESSING, type VisionEncoder } from '../shared/vision-encoder.ts';
import { ideficsCrossAttention, ideficsKeysAndValues } from './cross-attention.ts';
import { ideficsResampler } from './resampler.ts';

export interface IdeficsOptions {
  readonly name: string;
  /** Frozen. Its class token is a feature too, and pictures are stretched. */
  readonly vision: Omit<ClipVitOptions, 'classToken' | 'resize'>;
  /** Frozen but for the additional tokens. */
  readonly language: LlamaOptions;
  /** Left out: the cross-attention sees every feature of the vision encoder. */
  readonly resampler?: {
    /** Default 6. */
    readonly depth?: number;
    /** Default 16. */
    readonly heads?: number;
    /** Default 96. */
    readonly headDim?: number;
    /** Default 64. */
    readonly latents?: number;
    /** Layer norms of every head's queries and keys; default false. */
    readonly queryKeyNorm?: boolean;
  };
  readonly crossAttention: {
    /** A gated cross-attention block before layers 0, n, 2n, … of the language model. */
    readonly every: number;
    /** One gate a sub-layer, or one for every channel; default `scalar`. */
    readonly gate?: 'scalar' | 'channel';
    /** Root-mean-square norms of every head's queries and keys; default false. */
    readonly queryKeyNorm?: boolean;
  };
  /** How pictures become pixels; default: stretched, bicubic, normalised as for CLIP. */
  readonly preprocessing?: VisionEncoder['preprocessing'];
  /** Texts of the special tokens; default those of `HuggingFaceM4/idefics-9b`. */
  readonly tokens?: ModelTokens;
}

/** Those of `vision` and `language` are for `clipVit` and `llama` to know. */
const KNOWN: KnownOptions<Omit<IdeficsOptions, 'vision' | 'language'>> = {
  name: 'a text',
  resampler: {
    depth: 'a whole number from 0 on',
    heads: 'a whole number from 1 on',
    headDim: 'a whole number from 1 on',
    latents: 'a whole number from 1 on',
    queryKeyNorm: 'true or false',
  },
  crossAttention: {
    every: 'a whole number from 1 on',
    gate: ['channel', 'scalar'],
    queryKeyNorm: 'true or false',
  },
  preprocessing: KNOWN_PREPROCESSING,
  tokens: KNOWN_TOKENS,
};

/** The special tokens of `HuggingFaceM4/idefics-9b`. */
export const IDEFICS_TOKENS: ModelTokens & { readonly image: string } = {
  image: '<image>',
  endOfChunk: null,
  padding: '<unk>',
  beginning: '<s>',
  beginningInText: true,
  end: '</s>',
  aroundImages: '<fake_token_around_image>',
  endOfDocument: '</s>',
  // An image's mark without an image.
  suppressedTokens: ['<fake_token_around_image>'],
};

/**
 * Idefics-1, Hugging Face's Flamingo on LLaMA and CLIP ViT-H/14: root-mean-square norms and a perceptron of LLaMA's kind
 * in its cross-attention, additional tokens with embeddings of their own. Laurençon et al. 2023, arXiv 2306.16527;
 * transformers' `IdeficsForVisionText2Text`. Each token looks at the last image at or before it, or at none before the
 * first image and after an end of text: no mask of Idefics' processor lets a token look at several.
 *
 * @throws ModelError when the insertion interval is no whole number from 1 on
 */
export function idefics(options: IdeficsOptions): VisionLanguageProgram {
  const { vision: _vision, language: _language, ...own } = options;
  refuseUnknownOptions(idefics, own, KNOWN);
  const vision = clipVit({ ...options.vision, classToken: true, resize: 'stretch' });
  const language = llama({ ...options.language });
  const { tokens = IDEFICS_TOKENS } = options;
  const { every, gate = 'scalar', queryKeyNorm = false } = options.crossAttention;
  if (!Number.isInteger(every) || every < 1) {
    throw new ModelError(`idefics: every must be a whole number from 1 on, but it is ${every}`);
  }
  const { heads, headDim, dim } = language;
  const resampler = options.resampler && {
    ...{ depth: 6, heads: 16, headDim: 96, latents: 64, queryKeyNorm: false },
    ...options.resampler,
  };
  const perceiver = resampler && ideficsResampler({ ...resampler, dim: vision.dim, inner: 4 * vision.dim });
  const places = insertionPlaces(language.layers, every, 'from-first');
  const sizes = { dim, vision: vision.dim, heads, headDim, inner: options.language.inner };
  const epsilon = options.language.epsilon ?? 1e-6;
  const blocks = new Map(
    places.map((layer) => [layer, ideficsCrossAttention({ ...sizes, gate, queryKeyNorm, epsilon })]),
  );
  const parts = {
    vision: frozen(vision),
    ...(perceiver && { perceiver }),
    language: frozen(learntAdditions(language.parts)),
    // Named by the layer that each stands before, as in every Flamingo.
    cross_attention: Object.fromEntries(blocks),
  };
  const latents = resampler?.latents ?? vision.tokens;
  return program({
    name: options.name,
    parts,
    graphs: {
      vision: visionGraph({
        vision,
        resample(features) {
          const flat = mergeFrames(features);
          return splitImages(perceiver ? perceiver(flat) : flat);
        },
        keysAndValues: [...blocks.values()].map(
          (block) => (seen) => ideficsKeysAndValues(block, seen, heads),
        ),
      }),
      language: languageGraph(language, packedMedia(blocks, { heads, headDim, latents })),
    },
    checkpointNames: [
      ...vision.checkpointNames,
      ...language.checkpointNames,
      ...namesOf(places, options.language.tiedHead ?? false),
      ...bufferNames,
    ],
    facts: {
      options: {
        vision: { family: vision.family, ...vision.options },
        language: { family: language.family, ...language.options },
        resampler,
        crossAttention: { every, gate, queryKeyNorm },
      },
      image: { size: vision.image, ...(options.preprocessing ?? vision.preprocessing), maxFrames: 1 },
      // A token for it comes with the tuning on dialogues.
      language: languageFacts(language, tokens, {
        assistant: 'Assistant',
        userTurnsEnd: tokens.endOfChunk !== null,
        tuned: tokens.endOfChunk !== null,
      }),
      media: packedFacts({ layers: blocks.size, heads, headDim, latents, dim: vision.dim }),
    },
  });
}

/** A frozen model's parts, of which those for the additional tokens are learned. */
function learntAdditions(parts: object): object {
  return Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [
      name,
      name.startsWith('additional_') ? unfrozen(part) : part,
    ]),
  );
}

const mergeFrames = (features: Tensor): Tensor =>
  rearrange(features, '1 images frames tokens dim -> images (frames tokens) dim');
const splitImages = (latents: Tensor): Tensor =>
  rearrange(latents, 'images latents dim -> 1 images latents dim');

/** transformers' names; its blocks are numbered in their own order. */
function namesOf(places: readonly number[], tiedHead: boolean): readonly CheckpointName[] {
  return [
    { ours: 'vision_model.*', theirs: 'model.vision_model.*' },
    {
      unused: 'model.vision_model.post_layernorm.*',
      because: 'the norm of the class token, after the features',
    },
    { ours: 'perceiver.blocks.*.feed_forward.norm.*', theirs: 'perceiver.blocks.*.1.ln.*' },
    { ours: 'perceiver.blocks.*.feed_forward.up.*', theirs: 'perceiver.blocks.*.1.fc.*' },
    { ours: 'perceiver.blocks.*.feed_forward.down.*', theirs: 'perceiver.blocks.*.1.c_proj.*' },
    { ours: 'perceiver.blocks.*.attention.*', theirs: 'perceiver.blocks.*.0.*' },
    { ours: 'perceiver.*', theirs: 'model.perceiver_resampler.*' },
    ...places.map((layer, index) => ({
      ours: `cross_attention.${layer}.*`,
      theirs: `model.gated_cross_attn_layers.${index}.*`,
    })),
    {
      ours: 'language.additional_embedding.weight',
      theirs: 'model.embed_tokens.additional_embedding.weight',
    },
    // A tied head may be stored as a copy of the embeddings.
    {
      ours: tiedHead ? 'language.additional_embedding.weight' : 'language.additional_fc.weight',
      theirs: 'lm_head.additional_fc.weight',
    },
  ];
}
