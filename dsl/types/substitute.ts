import type { FloatDtype } from '../dtype.ts';
import type { ConvolutionLayer } from '../layers/conv.ts';
import type { EmbeddingLayer } from '../layers/embedding.ts';
import type { LinearLayer } from '../layers/linear.ts';
import type { NormLayer } from '../layers/norm.ts';
import type { Parameter } from '../parameter.ts';
import type { Dim, Shape } from '../tensor.ts';
import type { CallArguments, CallResult, CheckedArguments, Given } from './block.ts';
import type { BindAll, Environment, Evaluate } from './signature.ts';

/** A block with its sizes filled in (`E`), ready to be called on tensors. Each call is checked by itself. */
export interface Block<
  Name extends string,
  Takes extends readonly string[],
  Gives extends string | readonly string[],
  E,
  Parts,
> {
  <A extends CallArguments<Takes>, Bound = BindAll<Takes, A, E>>(
    ...args: CheckedArguments<Name, Takes, A, Bound>
  ): CallResult<CheckedArguments<Name, Takes, A, Bound>, Given<Gives, Bound>>;
  /** The parameters and blocks inside, with the sizes filled in. */
  readonly parts: Substituted<Parts, E>;
  readonly blockName: Name;
  /** As `block` was told: `['batch text dim']`. */
  readonly takes: Takes;
  readonly gives: Gives;
}

/**
 * The parts of a block as its user sees them: the block's own size names replaced by what the configuration gave.
 * Worked out only where `parts` is looked into.
 */
type Substituted<T, E> = E extends Environment ? Replace<T, E> : T;

type Replace<T, E extends Environment> =
  T extends Parameter<infer D extends FloatDtype, infer S extends Shape>
    ? Parameter<D, ReplaceAll<S, E>>
    : T extends LinearLayer<infer In, infer Out>
      ? LinearLayer<ReplaceDim<In, E>, ReplaceDim<Out, E>>
      : T extends NormLayer<infer Operator, infer Width>
        ? NormLayer<Operator, ReplaceDim<Width, E>>
        : T extends EmbeddingLayer<infer Vocabulary, infer Width>
          ? EmbeddingLayer<ReplaceDim<Vocabulary, E>, ReplaceDim<Width, E>>
          : T extends ConvolutionLayer<infer N, infer In, infer Out>
            ? ConvolutionLayer<N, ReplaceDim<In, E>, ReplaceDim<Out, E>>
            : T extends Block<infer Name, infer Takes, infer Gives, infer Inner, infer Parts>
              ? Block<
                  Name,
                  Takes,
                  Gives,
                  { readonly [K in keyof Inner]: ReplaceDim<Inner[K] & Dim, E> },
                  Parts
                >
              : T extends object
                ? { readonly [K in keyof T]: Replace<T[K], E> }
                : T;

type ReplaceDim<D extends Dim, E extends Environment> = D extends string
  ? string extends D
    ? D
    : Evaluate<D, E>
  : D;

type ReplaceAll<S extends Shape, E extends Environment> = {
  readonly [I in keyof S]: ReplaceDim<S[I] & Dim, E>;
};
