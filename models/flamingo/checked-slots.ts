import type { Sentence } from '../../dsl/errors/sentence.ts';
import type {
  AxesOf,
  CallProblem,
  CallResultOf,
  Describe,
  Dim,
  Dtype,
  FilledBy,
  Problem,
  SameShape,
  Shape,
  SlotFunction,
  Tensor,
} from '../../dsl/index.ts';
import type { CrossAttentionSizes } from '../media/cross-attention-sizes.ts';
import type { BLOCK_GIVES, BLOCK_TAKES, SEVERAL } from '../media/sentences.ts';
import type {
  AnyNamed,
  FeaturesFor,
  FirstOfProblems,
  LastAxis,
  Quoted,
  WidthIn,
} from '../shared/slot-types.ts';
import type { ResamplerSizes } from './resampler-slot.ts';
import type { ONE_BLOCK, RESAMPLER_GIVES, RESAMPLER_TAKES } from './sentences.ts';

type ResamplerIn<O, Value> = FilledBy<
  Value,
  Omit<ResamplerSizes, 'dim'> & { readonly dim: WidthIn<O, 'vision'> }
>;

/** What is wrong with a block in the place of the resampler, or never. */
export type ResamplerProblem<O, Value> =
  ResamplerIn<O, Value> extends infer Made
    ? Made extends `✗ ${string}`
      ? Made
      : CallOfResampler<Made, FeaturesFor<Made, WidthIn<O, 'vision'>>>
    : never;

type CallOfResampler<Made, Arguments extends readonly Tensor[]> =
  Made extends AnyNamed<infer Name, infer Takes, infer Gives>
    ? [Arguments] extends [never]
      ? Problem<Sentence<typeof RESAMPLER_TAKES, { block: Name; takes: Quoted<Takes> }>>
      : FirstOfProblems<
          CallProblem<Made, Arguments>,
          Gives extends string
            ? AxesOf<Gives>['length'] extends (AxesOf<Takes[0]>['length'] extends 5 ? 4 : 3)
              ? never
              : Problem<Sentence<typeof RESAMPLER_GIVES, { block: Name; gives: Quoted<[Gives]> }>>
            : Problem<Sentence<typeof RESAMPLER_GIVES, { block: Name; gives: Quoted<Gives> }>>
        >
    : never;

/** The width of a latent: the vision encoder's, or what a block in the place of the resampler gives. */
type LatentWidth<O> = O extends { readonly resampler: infer Value extends SlotFunction }
  ? ResamplerIn<O, Value> extends infer Made
    ? LastAxis<CallResultOf<Made, FeaturesFor<Made, WidthIn<O, 'vision'>>>>
    : number
  : WidthIn<O, 'vision'>;

/** A block in the place of the gated cross-attention, or the sentence of what is wrong with its call. */
export type CheckedAttention<O, Value> = [Value] extends [SlotFunction]
  ? FirstOfProblems<AttentionSlotProblem<O, Value>, Value>
  : Value;

type AttentionSlotProblem<O, Value> = Value extends {
  readonly parts: object;
  readonly blockName: infer Name extends string;
}
  ? Problem<Sentence<typeof ONE_BLOCK, { block: Name }>>
  : FilledBy<
        Value,
        Omit<CrossAttentionSizes, 'dim' | 'vision'> & {
          readonly dim: WidthIn<O, 'language'>;
          readonly vision: LatentWidth<O>;
        }
      > extends infer Made
    ? AttentionProblem<Made, WidthIn<O, 'language'>, LatentWidth<O>>
    : never;

type Hidden<Width extends number> = Tensor<'float32', readonly ['batch', 'text', Width]>;
type Mask = Tensor<'bool', readonly ['batch', 1, 'text', 'places']>;

/** What an author's block is called with, by the number of tensors that it takes; others are of another kind. */
type SeenBy<Made, Width extends number, Latents extends number> = Made extends {
  readonly takes: infer Takes extends readonly string[];
}
  ? Takes['length'] extends 3
    ? [Hidden<Width>, Tensor<'float32', readonly ['batch', 'places', Latents]>, Mask]
    : Takes['length'] extends 4
      ? [Hidden<Width>, KeyOf<Made, Latents>, KeyOf<Made, Latents>, Mask]
      : never
  : never;

/** Keys as the block's part `media` makes them of a picture's latents. */
type KeyOf<Made, Latents extends number> = Made extends { readonly parts: { readonly media: infer Media } }
  ? CallResultOf<Media, [Tensor<'float32', readonly ['images', 'latents', Latents]>]> extends readonly [
      Tensor<
        'float32',
        readonly [Dim, infer Heads extends number | string, Dim, infer Width extends number | string]
      >,
      unknown,
    ]
    ? Tensor<'float32', readonly ['batch', Heads, 'places', Width]>
    : Tensor<'float32', readonly ['batch', number, 'places', number]>
  : Tensor<'float32', readonly ['batch', number, 'places', number]>;

type AttentionProblem<Made, Width extends number, Latents extends number> = Made extends `✗ ${string}`
  ? Made
  : Made extends {
        readonly blockName: infer Name extends string;
        readonly takes: infer Takes extends readonly string[];
      }
    ? [SeenBy<Made, Width, Latents>] extends [never]
      ? Problem<Sentence<typeof BLOCK_TAKES, { block: Name; takes: Quoted<Takes> }>>
      : FirstOfProblems<
          CallProblem<Made, SeenBy<Made, Width, Latents>> | MediaProblem<Made, Latents>,
          GivenProblem<Name, CallResultOf<Made, SeenBy<Made, Width, Latents>>, Width>
        >
    : never;

/** The hidden states must come out as they went in. */
type GivenProblem<Name extends string, Given, Width extends number> =
  Given extends Tensor<Dtype, infer S extends Shape>
    ? SameShape<S, readonly ['batch', 'text', Width]> extends true
      ? never
      : GivesProblem<Name, Describe<S>, Width>
    : GivesProblem<Name, typeof SEVERAL, Width>;

type GivesProblem<Name extends string, Given extends string, Width extends number> = Problem<
  Sentence<
    typeof BLOCK_GIVES,
    { wanted: Describe<readonly ['batch', 'text', Width]>; block: Name; given: Given }
  >
>;

/** The latents into the part that makes keys and values of them. */
type MediaProblem<Made, Latents extends number> = Made extends {
  readonly parts: { readonly media: infer Media };
}
  ? CallProblem<Media, [Tensor<'float32', readonly ['images', 'latents', Latents]>]>
  : never;
