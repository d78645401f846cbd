import type { LanguageFacts, Marked, Slot } from '../../dsl/index.ts';
import type { CrossAttentionWay } from '../media/cross-attention.ts';
import type { CrossAttentionSizes } from '../media/cross-attention-sizes.ts';
import type { Activation } from '../shared/activation.ts';
import type { LanguageModel } from '../shared/language-model.ts';
import type { PartPrecision } from '../shared/part-precision.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';
import type { Convention } from './conventions.ts';
import type { InsertionRule } from './insertion.ts';
import type { ResamplerSizes } from './resampler-slot.ts';

/** Of `perceiverResampler`; what is left out is the convention's. */
export interface ResamplerOptions {
  readonly depth?: number;
  readonly heads?: number;
  readonly headDim?: number;
  readonly latents?: number;
  /** A layer norm on the finished latents. */
  readonly finalNorm?: boolean;
  /** Learned frame embeddings, for video; a longer video interpolates them. */
  readonly maxFrames?: number;
}

export interface FlamingoOptions {
  readonly name: string;
  /** Gives the defaults of all that is left out below. Default `paper`. */
  readonly convention?: Convention;
  /** Frozen, unless it is marked `unfrozen(...)`. */
  readonly vision: VisionEncoder | Marked<VisionEncoder>;
  /** Frozen, unless it is marked `unfrozen(...)`. */
  readonly language: LanguageModel | Marked<LanguageModel>;
  /**
   * Options of `perceiverResampler`, or a block in its place (`ResamplerSizes`): one that takes the features of a picture,
   * `'images places dim'`, of its frames, `'images frames tokens dim'`, or of all pictures of a text,
   * `'batch media frames tokens dim'`, and gives so many latents of a picture, `'images latents width'` (or `'batch media
   * latents width'`).
   */
  readonly resampler?: ResamplerOptions | Slot<ResamplerSizes>;
  readonly crossAttention: {
    /** A gated cross-attention block before every n-th layer of the language model. */
    readonly every: number;
    readonly insertion?: InsertionRule;
    readonly heads?: number;
    readonly headDim?: number;
    /** A block in the place of `gatedCrossAttention`, made anew for every layer that gets one (`OwnCrossAttention`). */
    readonly block?: Slot<CrossAttentionSizes>;
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
