import type { Dim } from '../tensor.ts';
import type { Requirement } from './config.ts';
import type { AxesOf, Environment, Evaluate, IsExpression } from './signature.ts';

/**
 * The sizes of a block as its body sees them: rigid names, but where a requirement says that one is made of others
 * (`'dim = heads*headDim'`), which it then is in the body too. So a block inside may require the same.
 */
export type Rigid<Names extends string, Requires extends readonly Requirement[]> = Equated<
  { readonly [N in Names]: N },
  Requires
>;

type Equated<E extends Environment, Requires extends readonly Requirement[]> = Requires extends readonly [
  infer R extends Requirement,
  ...infer Rest extends readonly Requirement[],
]
  ? R extends `${infer A} = ${infer B}`
    ? IsOwn<A, E> extends true
      ? Equated<Replaced<E, A, Evaluate<B, E>>, Rest>
      : IsOwn<B, E> extends true
        ? Equated<Replaced<E, B, Evaluate<A, E>>, Rest>
        : Equated<E, Rest>
    : Equated<E, Rest>
  : E;

/** Whether a word is a name that no requirement has replaced yet. */
type IsOwn<W extends string, E extends Environment> = W extends keyof E
  ? E[W] extends W
    ? true
    : false
  : false;

type Replaced<E extends Environment, Name extends string, Value extends Dim> = {
  readonly [N in keyof E]: N extends Name
    ? Value
    : E[N] extends string
      ? Evaluate<E[N], Readonly<Record<Name, Value>>>
      : E[N];
};

/** All plain names of all arguments, and the sizes: what the body of a block may rely on. */
export type RigidNames<
  Takes extends readonly string[],
  Sizes extends string,
  Requires extends readonly Requirement[],
> = Rigid<Sizes | PlainNames<AxesOf<Takes[number]>[number]>, Requires>;

type PlainNames<W> = W extends string
  ? W extends `${bigint}`
    ? never
    : IsExpression<W> extends true
      ? never
      : W
  : never;
