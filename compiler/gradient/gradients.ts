import { isFloat } from '../../dsl/dtype.ts';
import { ModelError } from '../../dsl/errors/model-error.ts';
import { modelErrorAt } from '../../dsl/errors/model-error-at.ts';
import { operationsUnder } from '../../dsl/graph.ts';
import { describeShape } from '../../dsl/operator.ts';
import { zerosOf } from '../../dsl/operators/shared/zeros.ts';
import { equalDims } from '../../dsl/shape/dim.ts';
import type { Application, End, Operation, Tensor } from '../../dsl/tensor.ts';
import { onBehalfOf } from '../graph/on-behalf-of.ts';
import { Cotangents, identityOf } from './cotangents.ts';
import { Recomputation, type RecomputedBlocks } from './recomputation.ts';
import { unbroadcast } from './unbroadcast.ts';

export interface GradientOptions {
  /** Blocks whose inner values are computed again in the backward pass instead of being kept. Default none. */
  readonly recompute?: RecomputedBlocks;
  /** Is shown every operation that is differentiated through its decomposition, which `writeOut` shares with the forward pass. */
  readonly onDecomposed?: (operation: Operation) => void;
}

/**
 * Reverse-mode differentiation of the expression graph: how `sum(output * cotangent)`, over all ends, changes with each
 * of the tensors in `of`. Every operation on a path from them to the ends is visited once, from the ends on, by the rule
 * in its operator's file; nothing is written down for what no path leads through, such as frozen parameters.
 *
 * @param of parameters, inputs or values in between
 * @returns one gradient for each, in its dtype and shape; zeros where the ends do not depend on it
 * @throws ModelError at the author's line: an operator on the way cannot be differentiated, or a cotangent does not have
 *   its output's shape
 */
export function gradients(
  ends: readonly End[],
  of: readonly Tensor[],
  options: GradientOptions = {},
): readonly Tensor[] {
  const cotangents = backward(ends, of, new Set(), options);
  return of.map((tensor) => cotangents.of(tensor) ?? zerosOf(tensor));
}

/** Carries cotangents from the ends to `of`; operations in `stops` are taken for given, as leaves are. */
function backward(
  ends: readonly End[],
  of: readonly Tensor[],
  stops: ReadonlySet<Operation>,
  { recompute = () => false, onDecomposed = () => {} }: GradientOptions = {},
): Cotangents {
  const cotangents = new Cotangents();
  for (const { output, cotangent } of ends) {
    checkEnd(output, cotangent);
    cotangents.add(output, cotangent);
  }
  const operations = operationsUnder(
    ends.map(({ output }) => output),
    stops,
  );
  const varying = varyingTensors(operations, of);
  const recomputation = new Recomputation(operations, recompute);
  for (const operation of operations.toReversed()) {
    const needed = operation.inputs.map((input) => input !== undefined && varying.has(identityOf(input)));
    const arriving = operation.outputs.map((output) => recomputation.afterBlock(output, cotangents));
    const first = arriving.find((cotangent) => cotangent !== undefined);
    if (first === undefined || !needed.includes(true)) continue;
    onBehalfOf(operation, () => {
      const read = recomputation.of(operation, first);
      for (const [index, cotangent] of differentiate(read, arriving, needed, onDecomposed).entries()) {
        const input = operation.inputs[index];
        if (input !== undefined && cotangent !== undefined && needed[index] === true)
          cotangents.add(input, unbroadcast(cotangent, input.shape));
      }
    });
  }
  return cotangents;
}

/** The tensors that change with those in `of`, which are among them. */
function varyingTensors(operations: readonly Operation[], of: readonly Tensor[]): ReadonlySet<object> {
  const varying = new Set(of.map(identityOf));
  for (const { operator, inputs, outputs } of operations) {
    if (operator.gradient === 'zero') continue;
    if (!inputs.some((input) => input !== undefined && varying.has(identityOf(input)))) continue;
    for (const output of outputs) if (isFloat(output.dtype)) varying.add(output);
  }
  return varying;
}

/** The cotangents of one operation's inputs. */
function differentiate(
  operation: Operation,
  arriving: readonly (Tensor | undefined)[],
  needed: readonly boolean[],
  onDecomposed: (operation: Operation) => void,
): readonly (Tensor | undefined)[] {
  const { operator, callSite } = operation;
  const { gradient } = operator;
  if (gradient === undefined) {
    throw modelErrorAt(
      `operator '${operator.name}' has no gradient, but it stands between the loss and what is trained; give it a 'gradient', or freeze what lies before it`,
      callSite,
    );
  }
  if (gradient === 'zero') return [];
  const answer =
    gradient === 'through decomposition' ? gradient : gradient(application(operation, arriving, needed));
  if (answer !== 'through decomposition') return answer;
  onDecomposed(operation);
  return throughDecomposition(operation, arriving, needed);
}

function application(
  { operator, inputs, attributes, outputs }: Operation,
  arriving: readonly (Tensor | undefined)[],
  needed: readonly boolean[],
): Application {
  const given = <T>(value: T | undefined, what: string): T => {
    if (value === undefined)
      throw new Error(`the gradient of '${operator.name}' asks for ${what}, which is not there`);
    return value;
  };
  const cotangents = outputs.map((output, index) => arriving[index] ?? zerosOf(output));
  return {
    inputs,
    input: (index) => given(inputs[index], `input ${index}`),
    attributes,
    outputs,
    result: given(outputs[0], 'a result'),
    cotangents,
    cotangent: given(cotangents[0], 'a cotangent'),
    needed,
    gradients: (ends, of) => gradients(ends, of),
  };
}

/** Differentiates what the operator stands for, its inputs taken as independent of each other. */
function throughDecomposition(
  { operator, inputs, attributes, outputs, callSite }: Operation,
  arriving: readonly (Tensor | undefined)[],
  needed: readonly boolean[],
): readonly (Tensor | undefined)[] {
  if (operator.decompose === undefined) {
    throw modelErrorAt(
      `operator '${operator.name}' is differentiated through its decomposition, but it has none; give it a 'decompose' or a 'gradient' rule`,
      callSite,
    );
  }
  const simpler = operator.decompose(inputs, attributes);
  const ends = outputs.flatMap((_output, index): readonly End[] => {
    const [output, cotangent] = [simpler[index], arriving[index]];
    return output === undefined || cotangent === undefined ? [] : [{ output, cotangent }];
  });
  const stops = new Set(
    inputs.flatMap((input) => (input?.source.kind === 'operation' ? [input.source.operation] : [])),
  );
  const of = inputs.filter((input, index) => input !== undefined && needed[index] === true);
  const cotangents = backward(
    ends,
    of.filter((input) => input !== undefined),
    stops,
  );
  // A tensor that is given twice has one cotangent, the sum over both places.
  const seen = new Set<object>();
  return inputs.map((input, index) => {
    if (input === undefined || needed[index] !== true || seen.has(identityOf(input))) return undefined;
    seen.add(identityOf(input));
    return cotangents.of(input);
  });
}

function checkEnd(output: Tensor, cotangent: Tensor): void {
  const fits =
    output.dtype === cotangent.dtype &&
    output.shape.length === cotangent.shape.length &&
    output.shape.every((dim, axis) => equalDims(dim, cotangent.shape[axis] ?? 0));
  if (fits) return;
  throw new ModelError(
    `the cotangent of an output must have its dtype and shape, ${output.dtype} ${describeShape(output.shape)}, but it is ${cotangent.dtype} ${describeShape(cotangent.shape)}`,
  );
}
