import { captureCallSite } from './call-site.ts';
import type { Dtype } from './dtype.ts';
import type { Emitter } from './emitter.ts';
import { frozenCopy } from './freeze.ts';
import type { Gradient } from './gradient.ts';
import { ModelError } from './model-error.ts';
import { currentScope } from './scope.ts';
import type { Attributes, Dim, Operation, Shape, Tensor, TensorType } from './tensor.ts';

type Inputs = readonly (Tensor | undefined)[];

/**
 * Everything there is to know of one operator. Each operator lives in its own file in `operators/`, beside the typed
 * function that authors call; nothing else in the project switches on operators.
 */
export interface Operator<A extends Attributes = Attributes> {
  /** camelCase, unique; the word that fusion rules and reports use. */
  readonly name: string;
  /** The shape rule: dtype and shape of each output. Throws a sentence (`fail`) when the inputs do not fit. */
  infer(inputs: Inputs, attributes: A): readonly TensorType[];
  /** Writes ONNX nodes for one application and returns the names of its outputs. */
  lower?(
    emit: Emitter,
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

export interface ConstantTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

/** Declares an operator; the identity function, for its types: attributes are inferred from the shape rule. */
export function defineOperator<A extends Attributes>(operator: Operator<A>): Operator<A> {
  return operator;
}

/** Applies an operator: runs its shape rule, remembers the author's line and returns the output tensors. */
export function applyAll<A extends Attributes>(
  operator: Operator<A>,
  inputs: Inputs,
  attributes: A,
): readonly Tensor[] {
  return applyAt(operator, inputs, attributes, captureCallSite(), currentScope());
}

/** `applyAll` for an operator with one output, or for the first of several. */
export function apply<A extends Attributes>(operator: Operator<A>, inputs: Inputs, attributes: A): Tensor {
  const [first] = applyAll(operator, inputs, attributes);
  if (first === undefined) throw new Error(`operator ${operator.name} has no output`);
  return first;
}

/** Applies an operator on behalf of an earlier operation: passes use it to keep the author's line. */
export function applyAt<A extends Attributes>(
  operator: Operator<A>,
  inputs: Inputs,
  attributes: A,
  callSite: Operation['callSite'],
  scope: Operation['scope'],
): readonly Tensor[] {
  let types: readonly TensorType[];
  try {
    types = operator.infer(inputs, attributes);
  } catch (error) {
    if (error instanceof ModelError && error.callSite === undefined)
      throw new ModelError(error.sentence, callSite);
    throw error;
  }
  const outputs: Tensor[] = [];
  // An operator reads its attributes by the types it declared; the graph holds them as the general record.
  const operation: Operation = Object.freeze({
    operator: operator as Operator<Attributes>,
    inputs: Object.freeze([...inputs]),
    attributes: frozenCopy(attributes),
    outputs,
    callSite,
    scope,
  });
  for (const [output, { dtype, shape }] of types.entries()) {
    const source = Object.freeze({ kind: 'operation', operation, output });
    outputs.push(Object.freeze({ dtype, shape: Object.freeze([...shape]), source }));
  }
  return Object.freeze(outputs);
}

/** Throws the sentence of a wrong use; the author's file and line are added by `apply`. */
export function fail(sentence: string): never {
  throw new ModelError(sentence);
}

/** `[2, text, 64]`, as shapes are written in messages. */
export function describeShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
