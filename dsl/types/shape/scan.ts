import type { Sentence } from '../../errors/sentence.ts';
import type { CHANGED_STATE, STRAY_STATE } from '../../sentences/scan.ts';
import type { Dim, Shape, Tensor } from '../../tensor.ts';
import type { HasAxis, ResolveAxis, SizeAt } from '../axis.ts';
import type { DtypeOfTensor } from '../dtypes.ts';
import type { Checked, Describe, Problem } from '../problem.ts';
import type { SameShape } from '../same-shape.ts';
import type { ShapeOfTensor } from '../shape-of.ts';
import type { IsWideShape } from '../wide.ts';
import type { Reduce } from './reduce.ts';

export type Tensors = Readonly<Record<string, Tensor>>;

/** The sequences, or in the place of one that has no such axis the sentence of it. */
export type CheckedSequences<X, A extends number> = {
  readonly [K in keyof X]: Checked<HasAxis<'scan', ShapeOfTensor<X[K]>, A>, X[K]>;
};

/** The slices of sequences at one step: their axis is left out. */
export type Slices<X extends Tensors, A extends number> = {
  readonly [K in keyof X]: Tensor<
    DtypeOfTensor<X[K]>,
    Extract<Reduce<'scan', ShapeOfTensor<X[K]>, readonly [A], false>, Shape>
  >;
};

/** The states after a step, or in the place of one the sentence of how it differs from that before. */
export type CheckedStates<S extends Tensors, N> = {
  readonly [K in keyof N]: K extends keyof S
    ? N[K] extends Tensor
      ? CheckedState<K & string, S[K], N[K]>
      : N[K]
    : string extends K
      ? N[K]
      : Problem<Sentence<typeof STRAY_STATE, { name: K & string }>>;
} & { readonly [K in keyof S]: unknown };

type CheckedState<Name extends string, Before extends Tensor, After extends Tensor> = true extends
  | IsWideShape<ShapeOfTensor<Before>>
  | IsWideShape<ShapeOfTensor<After>>
  ? After
  : DtypeOfTensor<After> extends DtypeOfTensor<Before>
    ? SameShape<ShapeOfTensor<Before>, ShapeOfTensor<After>> extends true
      ? After
      : StateProblem<Name, Before, After>
    : StateProblem<Name, Before, After>;

type StateProblem<Name extends string, Before extends Tensor, After extends Tensor> = Problem<
  Sentence<
    typeof CHANGED_STATE,
    {
      name: Name;
      dtype: DtypeOfTensor<Before>;
      shape: Describe<ShapeOfTensor<Before>>;
      nextDtype: DtypeOfTensor<After>;
      nextShape: Describe<ShapeOfTensor<After>>;
    }
  >
>;

/** What all steps gave, put together along the axis. */
export type ScannedOutputs<X extends Tensors, A extends number, O extends Tensors> = {
  readonly [K in keyof O]: Tensor<
    DtypeOfTensor<O[K]>,
    Inserted<ShapeOfTensor<O[K]>, A, Length<X[keyof X], A>>
  >;
};

type Length<T, A extends number> = T extends Tensor
  ? SizeAt<ShapeOfTensor<T>, ResolveAxis<'scan', ShapeOfTensor<T>, A>>
  : Dim;

type Inserted<S extends Shape, A extends number, L, Before extends Shape = readonly []> = true extends
  | IsWideShape<S>
  | (number extends A ? true : `${A}` extends `-${string}` ? true : false)
  ? Shape
  : Before['length'] extends A
    ? readonly [...Before, L & Dim, ...S]
    : S extends readonly [infer H extends Dim, ...infer T extends Shape]
      ? Inserted<T, A, L, readonly [...Before, H]>
      : Shape;
