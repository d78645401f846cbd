import { type Sentence, sentence } from '../../dsl/errors/sentence.ts';
import {
  type AnyBlock,
  applyBlock,
  atCallSite,
  type CallProblem,
  type CallResultOf,
  type CheckedEntry,
  type CheckpointName,
  type Complete,
  checkCall,
  type Describe,
  type Dim,
  type Draft,
  type Dtype,
  input,
  ModelError,
  type Problem,
  refuseUnknownOptions,
  type SameShape,
  type Tensor,
} from '../../dsl/index.ts';
import { CLIP_DEVIATION, CLIP_MEAN } from './clip-pixels.ts';
import { ENCODER_GIVES } from './sentences.ts';
import type { FirstOfProblems, LastAxis } from './slot-types.ts';
import { KNOWN_PREPROCESSING, type VisionEncoder } from './vision-encoder.ts';

export interface VisionEncoderOptions {
  /** Height and width of the input in pixels. */
  readonly image: number;
  /** A block that takes `'images 3 height width'` and gives `'images tokens dim'`. */
  readonly encoder: AnyBlock;
  /** For the record. Default: the block's name. */
  readonly family?: string;
  /** How files become pixels; default: CLIP's, cut at the longer side. */
  readonly preprocessing?: VisionEncoder['preprocessing'];
  /** How other projects name the weights, which are `vision.*` here. Default: not otherwise. */
  readonly checkpointNames?: readonly CheckpointName[];
}

/** The pixels that an encoder is called with. */
type Pixels<O> = O extends { readonly image: infer Image extends number }
  ? [Tensor<'float32', readonly ['images', 3, Image, Image]>]
  : [Tensor<'float32', readonly ['images', 3, number, number]>];

/** An encoder whose features have three axes, or the sentence of what it gives instead. */
type CheckedFeatures<Made, Given> = [Made, Given] extends [
  { readonly blockName: infer Name extends string },
  Tensor<Dtype, infer S>,
]
  ? SameShape<S, readonly [Dim, Dim, Dim]> extends true
    ? Made
    : Problem<Sentence<typeof ENCODER_GIVES, { block: Name; given: Describe<S> }>>
  : Made;

type CheckedVisionEncoder<O> = {
  [K in keyof O]: K extends 'encoder'
    ? FirstOfProblems<CallProblem<O[K], Pixels<O>>, CheckedFeatures<O[K], CallResultOf<O[K], Pixels<O>>>>
    : CheckedEntry<'visionEncoder', VisionEncoderOptions, [], O, K>;
} & Complete<'visionEncoder', VisionEncoderOptions, O>;

/**
 * A block of one's own as a vision encoder: what `flamingo` and `spliced` take as `vision`.
 *
 *     vision: visionEncoder({ image: 32, encoder: mine({ dim: 64 }) })
 *
 * @throws ModelError for an unknown option, and for a block that takes no pixels or gives no features
 */
export function visionEncoder<const O extends Draft<VisionEncoderOptions>>(
  options: CheckedVisionEncoder<O>,
): VisionEncoder<
  O extends { readonly encoder: infer Made } ? LastAxis<CallResultOf<Made, Pixels<O>>> : number
>;
export function visionEncoder<O extends VisionEncoderOptions>(given: O): VisionEncoder {
  const options: VisionEncoderOptions = given;
  refuseUnknownOptions(visionEncoder, options, {
    ...{ image: 'a whole number from 1 on', encoder: true, family: 'a text', checkpointNames: true },
    preprocessing: KNOWN_PREPROCESSING,
  });
  const { image, encoder, family = encoder.blockName, checkpointNames = [] } = options;
  const encode = (pixels: Tensor): Tensor => {
    const [features] = applyBlock(encoder, pixels);
    if (features === undefined) throw new Error('a block gives what its signature says');
    return features;
  };
  const { tokens, dim } = atCallSite(() => {
    const pixels = input('pixels', 'float32', ['images', 3, image, image]);
    checkCall(encoder, pixels);
    const { shape } = encode(pixels);
    const [images, tokens, dim] = shape;
    if (shape.length !== 3 || images !== 'images' || typeof tokens !== 'number' || typeof dim !== 'number')
      throw new ModelError(
        sentence(ENCODER_GIVES, { block: encoder.blockName, given: `[${shape.join(', ')}]` }),
      );
    return { tokens, dim };
  }, visionEncoder);
  return {
    ...{ family, image, tokens, dim, parts: encoder, options: { image }, checkpointNames, encode },
    preprocessing: options.preprocessing ?? {
      ...{ resize: 'shortest-edge', interpolation: 'bicubic', mean: CLIP_MEAN, std: CLIP_DEVIATION },
    },
  };
}
