import { atCallSite } from '../at-call-site.ts';
import type { Dtype } from '../dtype.ts';
import type { Graph } from '../graph.ts';
import { input } from '../input.ts';
import { fail } from '../operator.ts';
import type { Shape, Tensor } from '../tensor.ts';
import { type CheckpointName, type Program, type ProgramFacts, program } from './program.ts';

/** One named input. Sizes may stay open (`'batch'`); the same name is the same size in the whole graph. */
export interface GraphInput {
  readonly dtype: Dtype;
  readonly shape: Shape;
}
export type GraphInputs = Readonly<Record<string, GraphInput>>;

/** The tensors of a graph's inputs, as its body takes them. */
export type GraphTensors<I extends GraphInputs> = {
  readonly [N in keyof I]: Tensor<I[N]['dtype'], I[N]['shape']>;
};

export interface GraphDefinition<I extends GraphInputs, Name extends string = string> {
  /** Names the program, its graph and the graph's file: letters, digits, `_` and `-`. */
  readonly name: Name;
  readonly inputs: I;
  /** All parameters that the outputs read: blocks, layers and parameters in objects and arrays. Default none. */
  readonly parts?: object;
  /** Traced once: from the inputs to the outputs by name, written with operators and the parts. */
  outputs(inputs: GraphTensors<I>): Readonly<Record<string, Tensor>>;
  /** How other projects spell the parameters' names. Default none. */
  readonly checkpointNames?: readonly CheckpointName[];
}

/**
 * A program of one graph: any computation, compiled as it is and run by its named inputs and outputs (`loadGraph` of
 * `flamingo-onnx/runtime`).
 *
 *     const hidden = linear(4, 16);
 *     const last = linear(16, 3);
 *     export default graph({
 *       name: 'classifier',
 *       inputs: { features: { dtype: 'float32', shape: ['batch', 4] } },
 *       parts: { hidden, last },
 *       outputs: ({ features }) => ({ scores: softmax(last(gelu(hidden(features)))) }),
 *     });
 *
 * @throws ModelError at the author's line for a name that cannot be a file's, no outputs, a name that is an input's and
 *   an output's, or a parameter that is not among the parts
 */
export function graph<const I extends GraphInputs, const Name extends string>(
  definition: GraphDefinition<I, Name>,
): Program<ProgramFacts, Name> {
  const { name, parts = {}, checkpointNames = [] } = definition;
  const inputs: Record<string, Tensor> = {};
  for (const [key, { dtype, shape }] of Object.entries(definition.inputs))
    inputs[key] = atCallSite(() => input(key, dtype, shape));
  // The tensors are made from the very declarations that the type is made from.
  const outputs = definition.outputs(inputs as GraphTensors<I>);
  return atCallSite(() => {
    if (!/^[\w-]+$/.test(name))
      fail(`graph: the name must be letters, digits, '_' and '-', but it is '${name}'`);
    const results = Object.keys(outputs);
    if (results.length === 0) fail(`graph: '${name}' has no outputs; give at least one`);
    const both = results.find((key) => key in inputs);
    if (both !== undefined)
      fail(`graph: '${both}' is the name of an input and of an output; give the output a name of its own`);
    const graphs: Readonly<Record<string, Graph>> = { [name]: { name, inputs, outputs } };
    return program({
      name,
      parts,
      // The one key is the name.
      graphs: graphs as Readonly<Record<Name, Graph>>,
      checkpointNames,
      facts: { options: {} },
    });
  });
}
