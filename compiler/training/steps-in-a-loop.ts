import type { OnnxGraph, OnnxNode, OnnxPort } from '../onnx/onnx-graph.ts';

/** What a loop does with the inputs and outputs of the graph that it repeats. */
export interface LoopedPorts {
  /** Inputs that are carried from one step to the next: input -> the output that takes its place. */
  readonly carried: ReadonlyMap<string, string>;
  /** Inputs of which each step has its own. */
  readonly stacked: ReadonlySet<string>;
}

/** The open size of the new first axis. */
const STEPS = 'steps';

/**
 * Several steps in one call: an ONNX `Loop` around the graph of one. Carried values go in before the first step and come
 * out after the last, under the names that they have in a single step, and stay with ONNX Runtime in between. Stacked
 * inputs, and all outputs that are not carried, have a first axis `steps`, as many as there are steps.
 *
 * @param step lowered; each of its inputs is either carried or stacked
 */
export function stepsInALoop(step: OnnxGraph, { carried, stacked }: LoopedPorts): OnnxGraph {
  const taken = new Set(carried.values());
  const stateInputs = step.inputs.filter(({ name }) => carried.has(name));
  const stackedInputs = step.inputs.filter(({ name }) => stacked.has(name));
  const stateOutputs = stateInputs.map(({ name }) => outputNamed(step, carried.get(name) ?? ''));
  const reports = step.outputs.filter(({ name }) => !taken.has(name));
  const [counted] = stackedInputs;
  if (counted === undefined) throw new Error(`graph '${step.name}' has no stacked input to count steps by`);

  const loop = plainNode(
    'Loop',
    [TRIP_COUNT, '', ...stateInputs.map(({ name }) => name)],
    [...stateOutputs, ...reports].map(({ name }) => name),
    { body: { graph: bodyOf(step, stateInputs, stackedInputs, [...stateOutputs, ...reports]) } },
  );
  return {
    name: step.name,
    inputs: step.inputs.map((port) => (stacked.has(port.name) ? withSteps(port) : port)),
    outputs: step.outputs.map((port) => (taken.has(port.name) ? port : withSteps(port))),
    nodes: [
      plainNode('Shape', [counted.name], [STEP_SIZES], { start: 0, end: 1 }),
      plainNode('Squeeze', [STEP_SIZES], [TRIP_COUNT]),
      loop,
    ],
    constants: [],
    parameters: step.parameters,
  };
}

/** One turn: takes this step's slice of what is stacked, and makes the step. */
function bodyOf(
  step: OnnxGraph,
  stateInputs: readonly OnnxPort[],
  stackedInputs: readonly OnnxPort[],
  outputs: readonly OnnxPort[],
): OnnxGraph {
  const shared = new Set(step.parameters.map(({ name }) => name));
  const inner = (name: string) => (name === '' || shared.has(name) ? name : `${INNER}${name}`);
  const renamed = (port: OnnxPort): OnnxPort => ({ ...port, name: inner(port.name) });
  const [iteration, goesOn, goesOnStill] = ['iteration', 'goes on', 'goes on still'].map(inner);
  if (iteration === undefined || goesOn === undefined || goesOnStill === undefined) throw new Error('unnamed');
  return {
    name: `${step.name} of the loop`,
    inputs: [
      { name: iteration, dtype: 'int64', shape: [] },
      { name: goesOn, dtype: 'bool', shape: [] },
      ...stateInputs.map(renamed),
    ],
    outputs: [{ name: goesOnStill, dtype: 'bool', shape: [] }, ...outputs.map(renamed)],
    nodes: [
      plainNode('Identity', [goesOn], [goesOnStill]),
      ...stackedInputs.map(({ name }) => plainNode('Gather', [name, iteration], [inner(name)], { axis: 0 })),
      ...step.nodes.map((node) => ({
        ...node,
        name: inner(node.name),
        inputs: node.inputs.map(inner),
        outputs: node.outputs.map(inner),
      })),
    ],
    constants: step.constants.map((constant) => ({ ...constant, name: inner(constant.name) })),
    parameters: [],
  };
}

/** Before the names within the loop: a graph within a node may not use a name of the one around it anew. */
const INNER = 'each step/';
const TRIP_COUNT = 'number of steps';
const STEP_SIZES = 'number of steps/sizes';

function withSteps(port: OnnxPort): OnnxPort {
  return { ...port, shape: [STEPS, ...port.shape] };
}

function outputNamed({ name: graph, outputs }: OnnxGraph, wanted: string): OnnxPort {
  const port = outputs.find(({ name }) => name === wanted);
  if (port === undefined) throw new Error(`graph '${graph}' has no output '${wanted}'`);
  return port;
}

function plainNode(
  type: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: OnnxNode['attributes'] = {},
): OnnxNode {
  const inputDtypes = inputs.map(() => undefined);
  return { name: outputs[0] ?? type, type, domain: '', inputs, outputs, attributes, doc: undefined, inputDtypes };
}
