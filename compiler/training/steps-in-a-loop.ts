import type { OnnxGraph, OnnxPort } from '../onnx/onnx-graph.ts';
import { plainNode } from '../onnx/plain-node.ts';
import { renamedValue } from '../onnx/renamed-value.ts';

/** The open size of the new first axis. */
const STEPS = 'steps';

/**
 * Several steps in one call: an ONNX `Loop` around the graph of one. State goes in before the first step and comes out
 * after the last, under the names that it has in a single step, and stays with ONNX Runtime in between. All other inputs
 * and outputs have a first axis `steps`: each step takes its slice and gives one.
 *
 * @param step lowered
 * @param updated the name of the output that takes an input's place in the next step; an input is state where the graph
 *   has that output
 */
export function stepsInALoop(step: OnnxGraph, updated: (input: string) => string): OnnxGraph {
  const outputs = new Map(step.outputs.map((port) => [port.name, port]));
  const state = step.inputs.flatMap((before) => {
    const after = outputs.get(updated(before.name));
    return after === undefined ? [] : [{ before, after }];
  });
  const stateInputs = state.map(({ before }) => before);
  const stateOutputs = state.map(({ after }) => after);
  const stackedInputs = step.inputs.filter((port) => !stateInputs.includes(port));
  const reports = step.outputs.filter((port) => !stateOutputs.includes(port));
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
    inputs: step.inputs.map((port) => (stackedInputs.includes(port) ? withSteps(port) : port)),
    outputs: step.outputs.map((port) => (reports.includes(port) ? withSteps(port) : port)),
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
  const [iteration, goesOn, stillGoesOn] = [inner('iteration'), inner('goes on'), inner('still goes on')];
  return {
    name: `${step.name} of the loop`,
    inputs: [
      { name: iteration, dtype: 'int64', shape: [] },
      { name: goesOn, dtype: 'bool', shape: [] },
      ...stateInputs.map(renamed),
    ],
    outputs: [{ name: stillGoesOn, dtype: 'bool', shape: [] }, ...outputs.map(renamed)],
    nodes: [
      plainNode('Identity', [goesOn], [stillGoesOn]),
      ...stackedInputs.map(({ name }) => plainNode('Gather', [name, iteration], [inner(name)], { axis: 0 })),
      ...step.nodes.map((node) => renamedValue({ ...node, name: inner(node.name) }, inner)),
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
