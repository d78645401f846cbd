import type { Dtype } from '../../dsl/dtype.ts';
import type { BodyGraph, Branch } from '../../dsl/emitter.ts';
import { ModelError } from '../../dsl/errors/model-error.ts';
import { modelErrorAt } from '../../dsl/errors/model-error-at.ts';
import { type Graph, operationsOf } from '../../dsl/graph.ts';
import type { Operation, Tensor } from '../../dsl/tensor.ts';
import { cancelReshapes } from '../passes/cancel-reshapes.ts';
import { decompose } from '../passes/decompose.ts';
import { foldConstants } from '../passes/fold-constants.ts';
import { mergeDuplicates } from '../passes/merge-duplicates.ts';
import { storedParameter } from '../stored-parameter.ts';
import { BodyEmitter } from './body-emitter.ts';
import { type EmitterTarget, GraphEmitter, type LowerWithin } from './graph-emitter.ts';
import type { OnnxGraph } from './onnx-graph.ts';

/** What the author called the value of an operation, and what they wrote about it. */
export interface AuthorName {
  readonly name: string | undefined;
  readonly doc: string | undefined;
}

export interface LowerOptions {
  readonly target: EmitterTarget;
  /** Whether operators of ONNX Runtime's own domain may be used. */
  readonly fusion: boolean;
  /** Names that no value may take, besides those of inputs and outputs. Default none. */
  readonly reserved?: readonly string[];
  readonly nameOf?: (operation: Operation) => AuthorName | undefined;
}

/**
 * Turns a graph of the project's operators into ONNX nodes: every operation writes its own nodes (`Operator.lower`).
 * The graph must have been through the passes: an operator that has no lowering is an error naming it.
 */
export function lowerGraph(graph: Graph, options: LowerOptions): OnnxGraph {
  const emitter = new GraphEmitter(options.target, options.fusion, WITHIN);
  const values = new Map<Tensor, string>();
  emitter.reserve([...Object.keys(graph.outputs), ...(options.reserved ?? [])]);
  for (const [name, tensor] of Object.entries(graph.inputs)) values.set(tensor, emitter.input(name, tensor));
  const valueName = lowerOperations(graph, emitter, values, options.nameOf);
  for (const [name, tensor] of Object.entries(graph.outputs)) {
    emitter.output(name, valueName(tensor), tensor);
  }
  return emitter.finish(graph.name);
}

const WITHIN: LowerWithin = { body: lowerBody, branch: lowerBranch };

/** The graph that a node runs, in simpler operators where the target needs them. */
function lowerBody({ inputs, outputs, around }: BodyGraph<Tensor>, outer: GraphEmitter): OnnxGraph {
  const emitter = new BodyEmitter(outer, WITHIN);
  const values = new Map(around);
  for (const tensor of inputs) {
    const name = tensor.source.kind === 'input' ? tensor.source.name : 'input';
    values.set(tensor, emitter.input(emitter.uniqueName(`step/${name}`), tensor));
  }
  const named = (tensors: readonly Tensor[]) =>
    Object.fromEntries(tensors.map((each, index) => [`${index}`, each]));
  const written: Graph = { name: 'step', inputs: named(inputs), outputs: named(outputs) };
  const graph = mergeDuplicates(cancelReshapes(foldConstants(decompose(written, { fusion: outer.fusion }))));
  const valueName = lowerOperations(graph, emitter, values);
  for (const tensor of Object.values(graph.outputs)) {
    emitter.output(emitter.uniqueName('step/output'), valueName(tensor), tensor);
  }
  return emitter.finish('step');
}

function lowerBranch({ write, ...type }: Branch<Tensor>, outer: GraphEmitter): OnnxGraph {
  const emitter = new BodyEmitter(outer, WITHIN);
  emitter.beginLike(outer);
  emitter.output(emitter.uniqueName('branch/output'), write(emitter), type);
  return emitter.finish('branch');
}

/** Writes the nodes of a graph's operations, and says what a tensor's value is called. */
function lowerOperations(
  graph: Graph,
  emitter: GraphEmitter,
  values: Map<Tensor, string>,
  nameOf?: LowerOptions['nameOf'],
): (tensor: Tensor) => string {
  const valueName = (tensor: Tensor): string => {
    const known = values.get(tensor);
    if (known !== undefined) return known;
    const name = leafValue(emitter, tensor, graph.name);
    values.set(tensor, name);
    return name;
  };

  for (const operation of operationsOf(graph)) {
    const { operator } = operation;
    if (operator.lower === undefined) {
      throw modelErrorAt(
        `operator '${operator.name}' has no ONNX lowering and was not decomposed`,
        operation.callSite,
      );
    }
    const author = nameOf?.(operation);
    emitter.begin(
      valuePath(
        operation.scope.map(({ name }) => name),
        author?.name ?? operator.name,
      ),
      author?.doc,
    );
    const inputs = operation.inputs.map((input) => input && valueName(input));
    const outputs = operator.lower(emitter, inputs, operation);
    for (const [index, tensor] of operation.outputs.entries()) {
      const value = outputs[index];
      if (value === undefined || value === '') continue;
      emitter.describe(value, tensor.dtype);
      values.set(tensor, value);
    }
  }
  return valueName;
}

/** `layers.0/q_proj/attended`; where the value is named after the part that made it, `layers.0/q_proj`. */
function valuePath(scope: readonly string[], name: string): string {
  const lastWord = (path: string | undefined) => path?.split('.').at(-1);
  return (lastWord(scope.at(-1)) === lastWord(name) ? scope : [...scope, name]).join('/');
}

function leafValue(emitter: GraphEmitter, tensor: Tensor, graphName: string): string {
  const { source } = tensor;
  if (source.kind === 'constant') {
    return emitter.constant(source.data, tensor.shape.map(fixedSize), tensor.dtype satisfies Dtype);
  }
  if (source.kind === 'parameter') return emitter.parameter(storedParameter(source.parameter));
  const what =
    source.kind === 'input' ? `input '${source.name}'` : `the result of '${source.operation.operator.name}'`;
  throw new ModelError(
    `graph '${graphName}' uses ${what}, which is not among its inputs; list it in the graph's inputs`,
  );
}

function fixedSize(dim: number | string): number {
  if (typeof dim === 'number') return dim;
  throw new ModelError(`a constant cannot have the open size '${dim}'`);
}
