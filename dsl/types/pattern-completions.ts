import type { Dim, Shape } from '../tensor.ts';
import type { Names, ParseSide, Spaced } from './pattern.ts';
import type { Told } from './problem.ts';
import type { IsWide, IsWideShape } from './wide.ts';

/**
 * A pattern, or the sentence of what is wrong with it. Where nothing is written yet, an editor offers one to begin with: the
 * axes of the tensor as they are.
 */
export type CheckedPattern<Outcome, P, S extends Shape> = Outcome extends `✗ ${string}`
  ? Told<Outcome> | (P extends '' ? Beginning<S> : never)
  : P;

/** `'batch text d2 -> batch text d2'` of `[batch, text, 64]`. */
type Beginning<S extends Shape> =
  IsWideShape<S> extends true
    ? never
    : Spaced<{ [I in keyof S]: AxisName<S[I], I> }> extends infer Side extends string
      ? `${Side} -> ${Side}`
      : never;

type AxisName<D extends Dim, I> =
  IsWide<D> extends true
    ? `d${I & string}`
    : D extends number | `${string}+${string}` | `${string}*${string}`
      ? `d${I & string}`
      : D;

/** The sizes that a pattern can be given, for an editor to offer: those of its names. */
export type SizesFor<P extends string> = P extends `${infer L}->${infer R}`
  ? {
      readonly [N in Names<ParseSide<L>>[number] | Names<ParseSide<R>>[number] as N extends
        | '...'
        | `${bigint}`
        ? never
        : N]?: Dim;
    }
  : unknown;
