import type { Attributes, AttributeValue, ConstantData } from './attributes.ts';
import type { CallSite } from './call-site.ts';
import type { Dim, Shape } from './dim.ts';
import type { Dtype } from './dtype.ts';
import type { Emitter } from './emitter.ts';
import type { Scope } from './scope.ts';

export type { Attributes, AttributeValue, ConstantData, Dim, Shape };

// A tensor knows the operation that makes it, an operation its operator, and an operator is told of tensors: the types
// of the three stand together.

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

/** What a parameter is apart from its values: the same whatever programs it is used in. */
export interface ParameterInfo {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly initialiser: Initialiser;
}

/** How a parameter's values start: declared here, drawn later from the program's seed and the parameter's name there. */
export type Initialiser =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'uniform'; readonly bound: number };

/** The inputs of an operator; a missing optional one is undefined. */
export type Inputs = readonly (Tensor | undefined)[];

/**
 * Everything there is to know of one operator. Each operator lives in its own file in `operators/`, beside the typed
 * function that authors call; nothing else in the project switches on operators, so what a pass must know of one is a
 * fact here, which each must state.
 */
export interface Operator<A extends Attributes = Attributes> {
  /** camelCase, unique; the word that fusion rules and reports use. */
  readonly name: string;
  /**
   * What it computes in where a target computes in half precision. `half`: as its inputs are. `float32`: sums and
   * exponentials that overflow or lose small terms, the angles of positions, gates, which start near zero, where halves
   * are coarse; not attention and the norms, whose kernels add up in float32 themselves. `any dtype`: it takes its
   * inputs as they come, and says itself what it gives.
   */
  readonly computesIn: 'half' | 'float32' | 'any dtype';
  /**
   * For an operator that changes nothing but shape, order or dtype: the simpler tensor that an application is, if there
   * is one, by itself or after another application of the same operator, `before`, whose result it takes.
   */
  readonly movement: 'none' | Movement<A>;
  /**
   * For a linear map of its first input, `x · W (+ bias)`: how the matrix W lies, its second input, which may then be
   * kept quantised.
   */
  readonly weight: 'none' | '[out, in]' | '[in, out]';
  /** The shape rule: dtype and shape of each output. Throws a sentence (`fail`) when the inputs do not fit. */
  infer(inputs: Inputs, attributes: A): readonly TensorType[];
  /** Writes ONNX nodes for one application and returns the names of its outputs. */
  lower?(
    emit: Emitter<Tensor>,
    inputs: readonly (string | undefined)[],
    operation: Operation & { attributes: A },
  ): readonly string[];
  /**
   * The same computation in simpler operators. Used where the operator has no `lower`, where fusion is off and
   * `fused` is set, and as the definition that every fusion is tested against.
   */
  decompose?(inputs: Inputs, attributes: A): readonly Tensor[];
  /**
   * Reverse-mode differentiation: from cotangents of the outputs to cotangents of the inputs, written in the project's
   * own operators. An operator without it cannot stand between a loss and what is trained.
   */
  readonly gradient?: Gradient<A>;
  /**
   * Multiplications that are each followed by an addition: the work of matrix products. Left out by operators whose
   * work is one step an element, which is small beside it.
   */
  multiplyAdds?(inputs: Inputs, attributes: A, outputs: readonly TensorType[]): Dim;
  /**
   * What an application stands for while a recipe trains what reads it, where that is something else than in answers:
   * dropout, norms by the statistics of the batch. Undefined, or left out: the same.
   */
  inTraining?(
    operation: Operation & { readonly attributes: A },
    training: InTraining,
  ): readonly Tensor[] | undefined;
  /** True for operators that are not plain ONNX (`com.microsoft`): without fusion they are decomposed. */
  readonly fused?: boolean;
  /** True when the two first inputs may change places: fusion rules then match either order. */
  readonly commutative?: boolean;
  /** Computes the outputs from constant inputs (all of them given), for constant folding. */
  fold?(
    inputs: readonly ConstantTensor[],
    attributes: A,
    types: readonly TensorType[],
  ): readonly ConstantTensor['data'][] | undefined;
}

/** The simpler tensor that an application of an operator is, if there is one. */
type Movement<A extends Attributes = Attributes> = {
  // Written as a method, as the operator's other rules are, so that operators of any attributes fit in one list.
  rule(
    operation: Operation & { readonly attributes: A },
    before: (Operation & { readonly attributes: A }) | undefined,
  ): Tensor | undefined;
}['rule'];

/** What an operator may ask of the training step that it is part of. */
export interface InTraining {
  /**
   * Booleans, each of them true by itself with a probability: others at every call and in every step, and the same
   * again when the same step of the same recipe is made again.
   */
  bernoulli(probability: number, shape: Shape): Tensor;
  /** Whether training changes a tensor: a parameter that the recipe does not freeze. */
  changes(tensor: Tensor): boolean;
  /** What a parameter will be after the step: what was set already, or what it was before. */
  current(parameter: Tensor): Tensor;
  /** Sets a parameter, once the step is made, to a value of its own shape: it has no gradient then. */
  set(parameter: Tensor, value: Tensor): void;
}

/** A tensor whose values are known when the model is compiled. */
export interface ConstantTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: ConstantData;
}

/** A tensor from which differentiation starts, and how much each of its elements weighs. */
export interface End {
  readonly output: Tensor;
  /** In the output's dtype and shape; a loss has a one. */
  readonly cotangent: Tensor;
}

/** One application of an operator that is differentiated: what it was given and made, and what came back to it. */
export interface Application<A extends Attributes = Attributes> {
  readonly inputs: readonly (Tensor | undefined)[];
  /** The input at `index`, which the shape rule has found to be there. */
  readonly input: (index: number) => Tensor;
  readonly attributes: A;
  readonly outputs: readonly Tensor[];
  /** The first output: the only one of most operators. */
  readonly result: Tensor;
  /** Of each output, how the ends change with it, in its shape: zeros where the ends do not depend on it. */
  readonly cotangents: readonly Tensor[];
  /** The cotangent of the first output. */
  readonly cotangent: Tensor;
  /** For each input whether anybody asks for its cotangent: the others need not be computed, or even be possible. */
  readonly needed: readonly boolean[];
  /** Differentiates other tensors, as those of a loop's step: how the ends change with each of `of`, in its shape. */
  readonly gradients: (ends: readonly End[], of: readonly Tensor[]) => readonly Tensor[];
}

/**
 * The cotangents of the inputs, each in its input's shape or in one that the input was stretched to by broadcasting (it
 * is then summed over the stretched axes); undefined (or left out at the end) where the result does not
 * change with the input, as with indices and masks. A graph is what its outputs reach, so a cotangent that is written
 * down but not needed costs nothing when the graph runs.
 *
 * A rule that covers the usual inputs alone may answer `'through decomposition'` for the others.
 */
export type GradientRule<A extends Attributes = Attributes> = {
  // Written as a method, as the operator's other rules are, so that operators of any attributes fit in one list.
  rule(application: Application<A>): readonly (Tensor | undefined)[] | 'through decomposition';
}['rule'];

/**
 * How an operator is differentiated: by a rule of its own; by the rules of the operators that it stands for
 * (`decompose`); or not at all, because its results do not change with small changes of its inputs (`'zero'`:
 * comparisons, whole numbers, positions).
 */
export type Gradient<A extends Attributes = Attributes> = GradientRule<A> | 'through decomposition' | 'zero';
