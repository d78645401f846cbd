import { captureCallSite } from './call-site.ts';
import { ModelError } from './errors/model-error.ts';
import { modelErrorAt } from './errors/model-error-at.ts';
import { frozenCopy } from './freeze.ts';
import { currentScope } from './scope.ts';
import type { Attributes, Inputs, Operation, Operator, Shape, Tensor, TensorType } from './tensor.ts';

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
      throw modelErrorAt(error.sentence, callSite);
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
