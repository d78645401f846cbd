import { UserError } from '../../artifact/user-error.ts';
import type { LanguageFacts } from '../../dsl/program/program.ts';
import { equalDims, substituteDim } from '../../dsl/shape/dim.ts';
import type { Dim } from '../../dsl/tensor.ts';
import type { OnnxConstant, OnnxGraph, OnnxNode, OnnxPort } from '../onnx/onnx-graph.ts';
import { plainNode } from '../onnx/plain-node.ts';

/** The open size of a cache that grows, and the axis that has it in `past_key.{i}` and `past_value.{i}`. */
const PAST = 'past';
const PLACES_AXIS = 2;

/** The input that says where the keys and values of new tokens are written. */
const POSITIONS = 'cache_positions';

/** The names that `withStaticCache` gives to inputs and outputs: lowering keeps them for it. */
export function staticCacheNames({ layers }: Pick<LanguageFacts, 'layers'>): readonly string[] {
  const written = Array.from({ length: layers }, (_, layer) => [
    `present_key.${layer}`,
    `present_value.${layer}`,
  ]);
  return [POSITIONS, ...written.flat()];
}

/**
 * The language graph with a cache of fixed length. What was `past` places is `length` of them, of which the mask says
 * which hold anything. The keys and values of new tokens are written into the cache at `cache_positions` int64
 * `[batch, text]`, and it comes out whole, as `present_key.{i}` and `present_value.{i}` of the shape of `past_key.{i}`, in
 * the place of `new_key.{i}` and `new_value.{i}`: what came out goes in at the next step. New tokens look at the past
 * and at each other as they do in a cache that grows, so that it does not matter which of the two is done first, and the
 * memory that comes out may be that which went in.
 *
 * @param graph lowered with `staticCacheNames` kept free; one that has no past stays as it is, and a stage of the graph has
 *   the caches of its own layers
 * @param length at least 1
 * @throws UserError for a stage that reads the cache of a layer whose new keys another makes
 */
export function withStaticCache(graph: OnnxGraph, length: number): OnnxGraph {
  const fixed = (port: OnnxPort): OnnxPort => ({
    ...port,
    shape: port.shape.map((dim) => substituteDim(dim, PAST, length)),
  });
  const caches = graph.inputs.filter(({ shape }) => shape.length === 4 && isPast(shape[PLACES_AXIS]));
  const written = new Map(
    caches.map((past) => [past.name.replace('past_', 'new_'), { past, present: presentOf(past) }] as const),
  );
  const [first] = caches;
  if (first === undefined) return graph;
  const apart = [...written.keys()].find((name) => !graph.outputs.some((port) => port.name === name));
  if (apart !== undefined) {
    throw new UserError(
      `The graph '${graph.name}' was to write '${apart}' into a static cache, but another stage makes it: give another number of stages, or leave the static cache out.`,
    );
  }
  const indices = indicesOf(graph, first);
  const outputs = graph.outputs.map((port) => {
    const cache = written.get(port.name);
    return cache === undefined ? fixed(port) : { ...fixed(cache.past), name: cache.present };
  });
  const writes = [...written].map(([name, { past, present }]) =>
    plainNode(
      'ScatterND',
      [
        [past.name, past.dtype],
        [INDICES, 'int64'],
        [name, past.dtype],
      ],
      [present],
    ),
  );
  return {
    ...graph,
    inputs: [...graph.inputs.map(fixed), { name: POSITIONS, dtype: 'int64', shape: ['batch', 'text'] }],
    outputs,
    nodes: [...graph.nodes, ...indices.nodes, ...writes],
    constants: [...graph.constants, ...indices.constants],
  };
}

function isPast(dim: Dim | undefined): boolean {
  return dim !== undefined && equalDims(dim, PAST);
}

function presentOf({ name }: OnnxPort): string {
  return name.replace('past_', 'present_');
}

/** Values between, whose names an author's cannot have: a scope's words have no spaces around their slashes. */
const INDICES = 'static cache / indices';
const named = (what: string) => `static cache / ${what}`;

/** int64 `[batch, heads, text, 3]`: for each new token of each head its place in the cache. */
function indicesOf(
  graph: OnnxGraph,
  { shape }: OnnxPort,
): { readonly nodes: readonly OnnxNode[]; readonly constants: readonly OnnxConstant[] } {
  const heads = shape[1];
  if (typeof heads !== 'number') throw new Error(`graph '${graph.name}' has an open number of heads`);
  const constants: OnnxConstant[] = [];
  const constant = (values: readonly number[], dims: readonly number[]): Value => {
    const name = named(`constant ${constants.length}`);
    constants.push({ name, dtype: 'int64', shape: dims, data: BigInt64Array.from(values, BigInt) });
    return [name, 'int64'];
  };
  const nodes: OnnxNode[] = [];
  const node = (
    type: string,
    inputs: readonly Value[],
    what: string,
    attributes?: OnnxNode['attributes'],
  ): Value => {
    nodes.push(plainNode(type, inputs, [named(what)], attributes));
    return [named(what), 'int64'];
  };
  const positions: Value = [POSITIONS, 'int64'];
  const batch = node('Shape', [positions], 'batch', { start: 0, end: 1 });
  const text = node('Shape', [positions], 'text', { start: 1, end: 2 });
  const sizes = [batch, constant([heads], [1]), text, constant([1], [1])];
  const full = node('Concat', sizes, 'sizes', { axis: 0 });
  const rows = node(
    'Range',
    [constant([0], []), node('Squeeze', [batch], 'rows'), constant([1], [])],
    'row numbers',
  );
  const parts = [
    node('Reshape', [rows, constant([-1, 1, 1, 1], [4])], 'row of each'),
    constant([...new Array(heads).keys()], [1, heads, 1, 1]),
    node('Unsqueeze', [positions, constant([1, 3], [2])], 'place of each'),
  ].map((part, index) => node('Expand', [part, full], `part ${index}`));
  node('Concat', parts, 'indices', { axis: 3 });
  return { nodes, constants };
}

type Value = readonly [name: string, dtype: 'int64'];
