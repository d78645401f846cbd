import {
  GENERATE_FROM_PIXELS,
  pixelsContract,
  ROW_PICTURES,
} from '../../artifact/added-graphs/generation-contract.ts';
import type { MadeOfPictures } from '../../artifact/media/way.ts';
import type { Shape } from '../../dsl/tensor.ts';
import { NodeWriter } from '../onnx/node-writer.ts';
import type { OnnxGraph, OnnxPort } from '../onnx/onnx-graph.ts';
import { renamedValue } from '../onnx/renamed-value.ts';

/**
 * The whole generation from pixels in one graph: the vision graph, what the language graph reads of it, and the loop. Its
 * inputs and outputs are those of `pixelsContract`; weights are those that the two graphs have anyway.
 *
 * @param generate what `generationGraph` makes
 * @param vision the vision graph, lowered
 * @param made which inputs of the language graph are made of the vision graph's outputs
 */
export function generationFromPixels(
  generate: OnnxGraph,
  vision: OnnxGraph,
  made: Readonly<Record<string, MadeOfPictures>>,
): OnnxGraph {
  const contract = pixelsContract(contractOf(generate), contractOf(vision), made);
  const ports = new Map([...vision.inputs, ...generate.inputs].map((port) => [port.name, port]));
  const own = new Set([...vision.inputs, ...vision.parameters].map(({ name }) => name));
  const renamed = (name: string) => (own.has(name) ? name : `of pixels ${name}`);
  const writer = new NodeWriter('pixels');
  writer.add(
    vision.nodes.map((node) => renamedValue({ ...node, name: renamed(node.name) }, renamed)),
    vision.constants.map((constant) => ({ ...constant, name: renamed(constant.name) })),
  );
  for (const [input, { output, as }] of Object.entries(made)) {
    const value = renamed(output);
    const { shape = [] } = ports.get(input) ?? {};
    const places = as === 'places' ? flattened(writer, value, shape) : undefined;
    for (const before of ['', 'next.']) {
      const rows = places ?? writer.node('Gather', [value, `${before}${ROW_PICTURES}`], { axis: 0 });
      writer.rename(rows, `${before}${input}`);
    }
  }
  writer.add(generate.nodes, generate.constants);
  const parameters = new Map(
    [...vision.parameters, ...generate.parameters].map((each) => [each.name, each] as const),
  );
  const inputs = Object.entries(contract.inputs).map(
    // Those of a graph have one size each.
    ([name, { dtype, shape }]): OnnxPort => ports.get(name) ?? { name, dtype, shape: shape.flat() },
  );
  return writer.finish(GENERATE_FROM_PIXELS, inputs, generate.outputs, [...parameters.values()]);
}

/** `[pictures, places, …]` as `[places of all, …]`. */
function flattened(writer: NodeWriter, value: string, [, ...sizes]: Shape): string {
  const numbers = sizes.map((size) => (typeof size === 'number' ? size : 0));
  return writer.node('Reshape', [value, writer.integers([-1, ...numbers])]);
}

function contractOf({ inputs, outputs }: OnnxGraph) {
  const ports = (list: readonly OnnxPort[]) => Object.fromEntries(list.map((port) => [port.name, port]));
  return { inputs: ports(inputs), outputs: ports(outputs) };
}
