import type { CallSite } from './call-site.ts';
import type { Dtype } from './dtype.ts';
import type { Operator } from './operator.ts';
import type { Scope } from './scope.ts';

/**
 * The size of one axis: a literal (`2048`), a name that stays open until the model runs (`'text'`), or a sum or
 * product of those written as a string (`'past+text'`, `'heads*headDim'`). The wide types `number` and `string`
 * agree with anything in the type checker; such sizes are checked when the model is built.
 */
export type Dim = number | string;
export type Shape = readonly Dim[];

/** Where a tensor's values come from. */
export type TensorSource =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'parameter'; readonly parameter: ParameterInfo }
  | { readonly kind: 'constant'; readonly data: ConstantData }
  | { readonly kind: 'operation'; readonly operation: Operation; readonly output: number };

/**
 * A value in a traced model: dtype and shape in its type, and at run time the expression that computes it.
 * Tensors are immutable; a model's graph is whatever its output tensors reach through `source`.
 */
export interface Tensor<out D extends Dtype = Dtype, out S extends Shape = Shape> {
  readonly dtype: D;
  readonly shape: S;
  readonly source: TensorSource;
}

/** dtype and shape alone: what an operator's shape rule returns for each output. */
export interface TensorType {
  readonly dtype: Dtype;
  readonly shape: Shape;
}

export type AttributeValue = number | string | boolean | readonly number[] | readonly string[];
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** One application of an operator. `outputs` are the tensors it makes; a missing optional input is undefined. */
export interface Operation {
  readonly operator: Operator;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attributes: Attributes;
  readonly outputs: readonly Tensor[];
  readonly callSite: CallSite | undefined;
  /** The blocks being called, outermost first. */
  readonly scope: Scope;
}

export type ConstantData = Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** What a parameter is apart from its values: the same whatever programs it is used in. */
export interface ParameterInfo {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly initialiser: Initialiser;
}

/** How a parameter's values start: declared here, drawn later from the program's seed and the parameter's name there. */
export type Initialiser =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly bound: number };
