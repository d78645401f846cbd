import { bodiesOf, nodesOf, type OnnxGraph, type OnnxNode, type OnnxPort } from '../onnx/onnx-graph.ts';
import { renamedValue } from '../onnx/renamed-value.ts';

/**
 * The language graph with float16 inputs in the place of float32 ones of which it reads nothing but halves: what a loop
 * carries or reads at every turn then takes half the memory and no conversion. A half is the same number in both, so that
 * nothing changes in what is computed. Of the cache, `past_` and `new_` become halves together or not at all.
 *
 * @param language lowered; where it computes in float32 it stays as it is
 */
export function withHalfInputs(language: OnnxGraph): OnnxGraph {
  const casts = castsToHalf(language);
  const made = madeOfHalves(language, new Set([...casts.values()].flat()));
  const halves = new Set(
    language.inputs
      .filter(({ name, dtype }) => dtype === 'float32' && casts.has(name))
      .map(({ name }) => name)
      .filter((name) => !isPast(name) || made.has(newOf(name))),
  );
  if (halves.size === 0) return language;

  const newNames = new Set([...halves].filter(isPast).map(newOf));
  const sameAs = new Map<string, string>();
  for (const input of halves) for (const cast of casts.get(input) ?? []) sameAs.set(cast, input);
  for (const output of newNames) {
    const half = made.get(output);
    if (half !== undefined) sameAs.set(half, output);
  }
  const removed = new Set([...newNames, ...[...halves].flatMap((input) => casts.get(input) ?? [])]);
  const nodes = language.nodes.filter(({ outputs: [output = ''] }) => !removed.has(output));
  const half = (port: OnnxPort, names: ReadonlySet<string>): OnnxPort =>
    names.has(port.name) ? { ...port, dtype: 'float16' } : port;
  return {
    ...language,
    inputs: language.inputs.map((port) => half(port, halves)),
    outputs: language.outputs.map((port) => half(port, newNames)),
    nodes: nodes.map((node) => renamedValue(node, (name) => sameAs.get(name) ?? name)),
  };
}

const isPast = (name: string) => name.startsWith('past_');
const newOf = (name: string) => name.replace('past_', 'new_');

/** The inputs that are read as halves alone, each with the values that are its halves. A size is the same of both. */
function castsToHalf(graph: OnnxGraph): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const within = new Set(graph.nodes.flatMap(readWithin));
  for (const { name } of graph.inputs) {
    if (within.has(name)) continue;
    const readers = graph.nodes.filter(({ inputs, type }) => type !== 'Shape' && inputs.includes(name));
    const casts = readers.flatMap((node) => (castsTo(node, 'float16') ? node.outputs : []));
    if (casts.length > 0 && casts.length === readers.length) found.set(name, casts);
  }
  return found;
}

/** The outputs that are made of halves, each of one of its own, which is none of `others`. */
function madeOfHalves(graph: OnnxGraph, others: ReadonlySet<string>): ReadonlyMap<string, string> {
  const outputOf = new Map<string, string>();
  for (const { name } of graph.outputs) {
    const half = halfOf(graph, name);
    if (half !== undefined && !others.has(half) && !outputOf.has(half)) outputOf.set(half, name);
  }
  return new Map([...outputOf].map(([half, name]) => [name, half]));
}

/** The half that an output is made of, where nothing else is made of the output. */
function halfOf(graph: OnnxGraph, output: string): string | undefined {
  const isRead = graph.nodes.some(
    (node) => node.inputs.includes(output) || readWithin(node).includes(output),
  );
  const maker = graph.nodes.find(({ outputs }) => outputs.includes(output));
  if (isRead || maker === undefined || !castsTo(maker, 'float32')) return undefined;
  const [half = ''] = maker.inputs;
  const isValue = graph.nodes.some(({ outputs }) => outputs.includes(half));
  const isOutput = graph.outputs.some(({ name }) => name === half);
  return maker.inputDtypes[0] === 'float16' && isValue && !isOutput ? half : undefined;
}

function castsTo({ type, domain, attributes: { to } }: OnnxNode, dtype: string): boolean {
  return type === 'Cast' && domain === '' && typeof to === 'object' && 'type' in to && to.type === dtype;
}

/** What the graphs that a node runs read. */
function readWithin(node: OnnxNode): readonly string[] {
  return bodiesOf(node)
    .flatMap(nodesOf)
    .flatMap(({ inputs }) => inputs);
}
