import { elementCount } from '../../dsl/element-count.ts';
import { ModelError } from '../../dsl/errors/model-error.ts';
import { type Graph, operationsOf } from '../../dsl/graph.ts';
import { describeShape } from '../../dsl/operator.ts';
import { equalShapes } from '../../dsl/shape/dim.ts';
import type { Operation, Tensor, TensorType } from '../../dsl/tensor.ts';
import { isStored } from '../stored-parameter.ts';
import { describeOperation } from './print-graph.ts';

/**
 * Checks that a graph is whole: every operation has the types that its shape rule gives, reads nothing that the graph
 * does not have, and makes the tensors that it is said to make; and that a pass kept what the graph takes and gives.
 *
 * @param graph what the pass made
 * @param before what the pass was given
 * @param pass its name, for the sentence
 * @throws Error that names the pass, the graph and the operation: a mistake of the compiler, not of the author
 */
export function verifyGraph(graph: Graph, before: Graph, pass: string): void {
  const complain = (sentence: string): never => {
    throw new Error(`after '${pass}', graph '${graph.name}' is broken: ${sentence}`);
  };
  for (const side of ['inputs', 'outputs'] as const) verifyPorts(side, graph[side], before[side], complain);
  const given = new Set(Object.values(graph.inputs));
  const verifyLeaf = (tensor: Tensor, reader: string): void => {
    const { source } = tensor;
    if (source.kind === 'input' && !given.has(tensor))
      complain(`${reader} reads the input '${source.name}', which the graph does not have`);
    if (source.kind === 'parameter') {
      const { parameter } = source;
      if (!isStored(parameter)) return complain(`${reader} reads a parameter without a name`);
      if (!sameType(tensor, parameter))
        complain(`${reader} reads '${parameter.name}' as ${say(tensor)}, but it is ${say(parameter)}`);
    }
    if (source.kind === 'constant') {
      const sizes = tensor.shape.filter((dim) => typeof dim === 'number');
      if (sizes.length < tensor.shape.length || elementCount(sizes) !== source.data.length)
        complain(`${reader} reads a constant ${say(tensor)} of ${source.data.length} values`);
    }
    if (source.kind === 'operation' && source.operation.outputs[source.output] !== tensor)
      complain(
        `${reader} reads an output ${source.output} that '${source.operation.operator.name}' does not make`,
      );
  };
  for (const operation of operationsOf(graph)) {
    const what = describeOperation(operation);
    for (const input of operation.inputs) if (input !== undefined) verifyLeaf(input, what);
    const types = inferredTypes(operation, what, complain);
    if (types.length !== operation.outputs.length)
      complain(`${what} has ${operation.outputs.length} outputs, but its shape rule gives ${types.length}`);
    for (const [index, type] of types.entries()) {
      const output = operation.outputs[index];
      if (output === undefined || sameType(output, type)) continue;
      complain(`output ${index} of ${what} is ${say(output)}, but its shape rule gives ${say(type)}`);
    }
  }
  for (const [name, output] of Object.entries(graph.outputs)) verifyLeaf(output, `the output '${name}'`);
}

function verifyPorts(
  side: 'inputs' | 'outputs',
  ports: Graph['inputs'],
  before: Graph['inputs'],
  complain: (sentence: string) => never,
): void {
  const [names, wanted] = [Object.keys(ports), Object.keys(before)];
  if (names.join() !== wanted.join())
    complain(`its ${side} are ${names.join(', ')}, but they were ${wanted.join(', ')}`);
  for (const [name, tensor] of Object.entries(ports)) {
    const old = before[name];
    if (old !== undefined && !sameType(tensor, old))
      complain(`'${name}' of its ${side} is ${say(tensor)}, but it was ${say(old)}`);
  }
}

function inferredTypes(
  { operator, inputs, attributes }: Operation,
  what: string,
  complain: (sentence: string) => never,
): readonly TensorType[] {
  try {
    return operator.infer(inputs, attributes);
  } catch (error) {
    if (error instanceof ModelError)
      return complain(`${what} is refused by its shape rule: ${error.sentence}`);
    throw error;
  }
}

function sameType(left: TensorType, right: TensorType): boolean {
  return left.dtype === right.dtype && equalShapes(left.shape, right.shape);
}

function say({ dtype, shape }: TensorType): string {
  return `${dtype} ${describeShape(shape)}`;
}
