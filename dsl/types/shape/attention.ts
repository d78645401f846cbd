import type { Dtype } from '../../dtype.ts';
import type { Sentence } from '../../errors/sentence.ts';
import type {
  KEYS,
  NOT_STRETCHED,
  PAST,
  PAST_LENGTH,
  QUERY,
  QUERY_HEADS,
  SHARED_HEADS,
  UNLIKE,
} from '../../sentences/attention.ts';
import type { NO_OPTION } from '../../sentences/options.ts';
import type { Dim, Shape, Tensor } from '../../tensor.ts';
import type { Add, Agree, Canonical, Divide, Refine } from '../dim.ts';
import type { Accept, DtypeOfTensor, SameDtypes } from '../dtypes.ts';
import type { AfterProblem, Checked, Describe, DescribeDim, Problem } from '../problem.ts';
import type { SameShape } from '../same-shape.ts';
import type { ShapeOfTensor } from '../shape-of.ts';
import type { IsWideShape } from '../wide.ts';

/*
 * The twin of `operators/shared/attention-sizes.ts`. Each argument and option is checked by itself, against the query
 * and the options before it; what cannot be compared since something before it is wrong, fits.
 */

/** The sizes of an attention that its query and its numbers of heads decide. */
interface Sizes<
  Batch extends Dim = Dim,
  Queries extends Dim = Dim,
  Width extends Dim = Dim,
  Heads extends Dim = Dim,
  KeyHeads extends Dim = Dim,
  HeadDim extends Dim = Dim,
> {
  readonly batch: Batch;
  readonly queries: Queries;
  readonly width: Width;
  readonly heads: Heads;
  readonly keyHeads: KeyHeads;
  readonly headDim: HeadDim;
}

type HeadsOf<O> = O extends { readonly heads: infer H extends Dim } ? Canonical<H> : Dim;

type KeyHeadsOf<O> = O extends { readonly keyValueHeads: infer H extends Dim } ? Canonical<H> : HeadsOf<O>;

/** The heads of keys and values, unless they do not divide the query's. */
type SharedHeadsOf<O> = [Divide<HeadsOf<O>, KeyHeadsOf<O>>] extends [never] ? Dim : KeyHeadsOf<O>;

/** The size of a head is never where the heads do not divide the query's width. */
type SizesOf<Q, O> =
  ShapeOfTensor<Q> extends readonly [infer B extends Dim, infer N extends Dim, infer W extends Dim]
    ? Sizes<B, N, W, HeadsOf<O>, SharedHeadsOf<O>, Divide<W, HeadsOf<O>>>
    : Sizes<Dim, Dim, Dim, HeadsOf<O>, SharedHeadsOf<O>, Dim>;

/** The query's shape, or a problem. */
type QueryOutcome<Q> = Accept<
  'attention',
  'the query',
  DtypeOfTensor<Q>,
  'a float dtype',
  IsWideShape<ShapeOfTensor<Q>> extends true
    ? 'fits'
    : ShapeOfTensor<Q> extends readonly [Dim, Dim, Dim]
      ? 'fits'
      : Problem<Sentence<typeof QUERY, { query: Describe<ShapeOfTensor<Q>> }>>
>;

export type CheckedQuery<Q> = Checked<QueryOutcome<Q>, Q>;

type HeadsOutcome<S> =
  S extends Sizes<Dim, Dim, infer W, infer H, Dim, infer D>
    ? [D] extends [never]
      ? Problem<Sentence<typeof QUERY_HEADS, { width: DescribeDim<W>; heads: DescribeDim<H> }>>
      : 'fits'
    : 'fits';

type KeyHeadsOutcome<O> = [Divide<HeadsOf<O>, KeyHeadsOf<O>>] extends [never]
  ? Problem<
      Sentence<
        typeof SHARED_HEADS,
        { heads: DescribeDim<HeadsOf<O>>; keyValueHeads: DescribeDim<KeyHeadsOf<O>> }
      >
    >
  : 'fits';

/** One of key and value, `[batch, keys, heads*headDim]` or `[batch, heads, keys, headDim]`. */
type KeyOutcome<Name extends string, Q, K, S> = SameDtypes<
  'attention',
  DtypeOfTensor<Q>,
  DtypeOfTensor<K>,
  IsWideShape<ShapeOfTensor<K>> extends true ? 'fits' : KeyShape<Name, ShapeOfTensor<K>, S>
>;

type KeyShape<Name extends string, K extends Shape, S> =
  S extends Sizes<infer B, Dim, Dim, Dim, infer H, infer D>
    ? [D] extends [never]
      ? 'fits'
      : K extends readonly [infer KB extends Dim, Dim, infer W extends Dim]
        ? [Agree<KB, B>, Divides<W, H, D>] extends [true, true]
          ? 'fits'
          : KeyProblem<Name, B, H, D, K>
        : K extends readonly [infer KB extends Dim, infer KH extends Dim, Dim, infer KD extends Dim]
          ? [Agree<KB, B>, Agree<KH, H>, Agree<KD, D>] extends [true, true, true]
            ? 'fits'
            : KeyProblem<Name, B, H, D, K>
          : KeyProblem<Name, B, H, D, K>
    : 'fits';

/** Whether W can be H times D. */
type Divides<W extends Dim, H extends Dim, D extends Dim> = [Divide<W, H>] extends [never]
  ? false
  : Agree<Divide<W, H>, D>;

type KeyProblem<Name extends string, B, H, D, K extends Shape> = Problem<
  Sentence<
    typeof KEYS,
    { name: Name; batch: DescribeDim<B>; heads: DescribeDim<H>; headDim: DescribeDim<D>; shape: Describe<K> }
  >
>;

/** The key, or the sentence of how it does not fit the query. */
export type CheckedKey<Q, K, O> = Checked<KeyOutcome<'key', Q, K, SizesOf<Q, O>>, K>;

type ValueOutcome<Q, K, V, S> =
  KeyOutcome<'value', Q, V, S> extends infer Outcome
    ? Outcome extends `✗ ${string}`
      ? Outcome
      : Alike<ShapeOfTensor<K>, ShapeOfTensor<V>> extends true
        ? 'fits'
        : Problem<
            Sentence<typeof UNLIKE, { key: Describe<ShapeOfTensor<K>>; value: Describe<ShapeOfTensor<V>> }>
          >
    : never;

type Alike<A extends Shape, B extends Shape> = true extends IsWideShape<A> | IsWideShape<B>
  ? true
  : SameShape<A, B>;

/** The value, or the sentence of how it does not fit the query or the key. */
export type CheckedValue<Q, K, V, O> = Checked<ValueOutcome<Q, K, V, SizesOf<Q, O>>, V>;

/** How many keys there are; open where that is not known. */
type KeyCount<K extends Shape> = K extends readonly [Dim, infer N extends Dim, Dim]
  ? N
  : K extends readonly [Dim, Dim, infer N extends Dim, Dim]
    ? N
    : Dim;

type PastKeyOf<O> = O extends { readonly past: { readonly key: infer K } } ? K : undefined;
type PastValueOf<O> = O extends { readonly past: { readonly value: infer V } } ? V : undefined;

type PastCount<P> = [P] extends [undefined] ? 0 : KeyCount<ShapeOfTensor<P>>;

type PastOutcome<Name extends string, Q, P, S> = SameDtypes<
  'attention',
  DtypeOfTensor<Q>,
  DtypeOfTensor<P>,
  IsWideShape<ShapeOfTensor<P>> extends true ? 'fits' : PastShape<Name, ShapeOfTensor<P>, S>
>;

type PastShape<Name extends string, P extends Shape, S> =
  S extends Sizes<infer B, Dim, Dim, Dim, infer H, infer D>
    ? P extends readonly [infer PB extends Dim, infer PH extends Dim, Dim, infer PD extends Dim]
      ? [Agree<PB, B>, Agree<PH, H>, Agree<PD, D>] extends [true, true, true]
        ? 'fits'
        : PastProblem<Name, B, H, D, P>
      : PastProblem<Name, B, H, D, P>
    : 'fits';

type PastProblem<Name extends string, B, H, D, P extends Shape> = Problem<
  Sentence<
    typeof PAST,
    { name: Name; batch: DescribeDim<B>; heads: DescribeDim<H>; headDim: DescribeDim<D>; shape: Describe<P> }
  >
>;

type PastLength<P> = P extends { readonly key: infer K; readonly value: infer V }
  ? Agree<KeyCount<ShapeOfTensor<K>>, KeyCount<ShapeOfTensor<V>>> extends true
    ? 'fits'
    : Problem<typeof PAST_LENGTH>
  : 'fits';

/** Whether a mask or bias stretches to `[batch, heads, queries, keys]`. */
type StretchOutcome<Name extends string, M extends Shape, Full extends Shape> =
  IsWideShape<M> extends true
    ? 'fits'
    : M['length'] extends 4
      ? false extends {
          [I in keyof M]: M[I] extends 1 ? true : I extends keyof Full ? Agree<M[I], Full[I] & Dim> : true;
        }[number]
        ? StretchProblem<Name, M, Full>
        : 'fits'
      : StretchProblem<Name, M, Full>;

type StretchProblem<Name extends string, M extends Shape, Full extends Shape> = Problem<
  Sentence<typeof NOT_STRETCHED, { name: Name; full: Describe<Full>; shape: Describe<M> }>
>;

type FullShape<K, O, S> =
  S extends Sizes<infer B, infer N, Dim, infer H>
    ? readonly [B, H, N, Add<PastCount<PastKeyOf<O>>, KeyCount<ShapeOfTensor<K>>>]
    : Shape;

/** What is wrong with one option, or 'fits'. */
type OptionOutcome<P, Q, K, O, S> = P extends keyof O
  ? P extends 'heads'
    ? HeadsOutcome<S>
    : P extends 'keyValueHeads'
      ? KeyHeadsOutcome<O>
      : P extends 'mask'
        ? Accept<
            'attention',
            'the mask',
            DtypeOfTensor<NonNullable<O[P]>>,
            'bool',
            StretchOutcome<'mask', ShapeOfTensor<NonNullable<O[P]>>, FullShape<K, O, S>>
          >
        : P extends 'bias'
          ? SameDtypes<
              'attention',
              DtypeOfTensor<Q>,
              DtypeOfTensor<NonNullable<O[P]>>,
              StretchOutcome<'bias', ShapeOfTensor<NonNullable<O[P]>>, FullShape<K, O, S>>
            >
          : P extends 'past'
            ? PastLength<O[P]>
            : P extends 'causal' | 'scale' | 'softcap'
              ? 'fits'
              : Problem<Sentence<typeof NO_OPTION, { where: 'attention'; name: P & string }>>
  : 'fits';

/**
 * The options, with a sentence in the place of each that does not fit. Without a mistake they are plainly `O`: TypeScript
 * 5.9 infers it from there, but from a mapped type without the type of `past`.
 */
export type CheckedOptions<Q, K, O> = [
  Extract<OptionOutcomes<Q, K, O, SizesOf<Q, O>>, `✗ ${string}`>,
] extends [never]
  ? O
  : {
      [P in keyof O]: P extends 'past'
        ? CheckedPast<Q, O, P, SizesOf<Q, O>>
        : Checked<OptionOutcome<P, Q, K, O, SizesOf<Q, O>>, O[P]>;
    };

type CheckedPast<Q, O, P extends keyof O, S> = O[P] extends { readonly key: infer K; readonly value: infer V }
  ? {
      readonly key: Checked<PastOutcome<'key', Q, K, S>, K>;
      readonly value: Checked<
        PastOutcome<'value', Q, V, S> extends infer Outcome
          ? Outcome extends `✗ ${string}`
            ? Outcome
            : PastLength<O[P]>
          : never,
        V
      >;
    }
  : O[P];

/** Everything that can be wrong. */
type Outcomes<Q, K, V, O, S> =
  | QueryOutcome<Q>
  | KeyOutcome<'key', Q, K, S>
  | ValueOutcome<Q, K, V, S>
  | OptionOutcomes<Q, K, O, S>;

type OptionOutcomes<Q, K, O, S> =
  | { [P in keyof O]-?: OptionOutcome<P, Q, K, O, S> }[keyof O]
  | PastOutcomes<'key', Q, PastKeyOf<O>, S>
  | PastOutcomes<'value', Q, PastValueOf<O>, S>;

type PastOutcomes<Name extends string, Q, P, S> = [P] extends [undefined]
  ? 'fits'
  : PastOutcome<Name, Q, P, S>;

/** What attention gives. */
export interface AttentionResult<
  D extends Dtype = Dtype,
  Result extends Shape = Shape,
  New extends Shape = Shape,
> {
  /** `[batch, queries, heads*headDim]` */
  readonly result: Tensor<D, Result>;
  /** The given keys by head, `[batch, keyValueHeads, keys, headDim]`: after `past.key`, the next call's `past.key`. */
  readonly newKey: Tensor<D, New>;
  readonly newValue: Tensor<D, New>;
}

/** What an attention gives, or any after a problem. */
export type AttentionTensors<Q, K, V, O> = [
  Extract<Outcomes<Q, K, V, O, SizesOf<Q, O>>, `✗ ${string}`>,
] extends [never]
  ? AttentionResult<DtypeOfTensor<Q>, ShapeOfTensor<Q>, NewShape<K, O, SizesOf<Q, O>>>
  : AfterProblem;

type NewShape<K, O, S> =
  S extends Sizes<infer B, Dim, Dim, Dim, infer H, infer D>
    ? readonly [B, H, KeyCount<ShapeOfTensor<K>>, Refine<D, HeadDimOf<ShapeOfTensor<K>, PastKeyOf<O>>>]
    : Shape;

/** The width of a head as cached keys have it. */
type HeadDimOf<K extends Shape, P> = K extends readonly [Dim, Dim, Dim, infer D extends Dim]
  ? D
  : ShapeOfTensor<P> extends readonly [Dim, Dim, Dim, infer D extends Dim]
    ? D
    : Dim;
