import { atCallSite } from '../at-call-site.ts';
import { readOnlyMap } from '../freeze.ts';
import type { Graph } from '../graph.ts';
import { isMarked, joinMarks, type Marks } from '../marks.ts';
import { fail } from '../operator.ts';
import { isParameter, parameterTensor } from '../parameter.ts';
import type { ParameterInfo } from '../tensor.ts';
import { placeGraph } from './place-graph.ts';
import { isProgramParameter, type ProgramParameter } from './program-parameter.ts';

/** The parameters of a program or a recipe by the names that their places in it give them. */
export interface NamedParameters {
  /** Every parameter once. */
  readonly parameters: ReadonlyMap<string, ProgramParameter>;
  /** Further places of tied parameters: alias -> name. */
  readonly aliases: ReadonlyMap<string, string>;
  /**
   * The graph as this program has it: its parameters and the blocks of its operations under their names here. The graph
   * that is given stays as it is, and may be placed in other programs.
   *
   * @param what what the graph is, for the sentence; default `graph 'vision'`
   * @throws ModelError for a graph that reads a parameter which is not among the parts
   */
  place(graph: Graph, what?: string): Graph;
}

/**
 * Names every parameter under a tree of blocks, arrays and plain objects by the own properties that lead to it:
 * `perceiver.layers.0.attention.to_q.weight`. A block, and a model with its `checkpointNames`, stands for its parts. A
 * parameter that is reached twice (tied weights) has its first name; its later places become aliases. Nothing is written
 * into the tree: another tree may give the same parts other names and marks (`frozen`, `inPrecision`).
 *
 * @throws ModelError where two places of one parameter have different marks
 */
export function nameParameters(tree: object, prefix = ''): NamedParameters {
  const places = new Map<ParameterInfo, Place>();
  const blocks = new Map<object, string>();
  const aliases = new Map<string, string>();
  const visitor: Visitor = {
    parameter(leaf, place) {
      const first = places.get(leaf);
      if (first === undefined) {
        places.set(leaf, place);
        return;
      }
      aliases.set(place.path, first.path);
      places.set(leaf, { path: first.path, marks: joinMarks(first, place) });
    },
    block(block, path) {
      if (!blocks.has(block)) blocks.set(block, path);
    },
  };
  atCallSite(() => visit(tree, { path: prefix, marks: {} }, new Set(), visitor));
  const parameters = new Map<ParameterInfo, ProgramParameter>();
  for (const [leaf, { path: name, marks }] of places) {
    const { trainable = true, precision } = marks;
    parameters.set(leaf, Object.freeze({ ...leaf, name, trainable, ...(precision && { precision }), leaf }));
  }
  const tensors = new Map([...parameters].map(([leaf, own]) => [leaf, parameterTensor(own)]));
  return Object.freeze({
    parameters: readOnlyMap([...parameters.values()].map((parameter) => [parameter.name, parameter])),
    aliases: readOnlyMap(aliases),
    place: (graph: Graph, what = `graph '${graph.name}'`) =>
      placeGraph(graph, { parameters: tensors, blocks }, what),
  });
}

/** Where a parameter stands in a tree, and the marks that it has there, the innermost of each kind. */
interface Place {
  readonly path: string;
  readonly marks: Marks;
}

interface Visitor {
  parameter(leaf: ParameterInfo, place: Place): void;
  block(block: object, path: string): void;
}

/** `open` holds the objects on the way here: one that contains itself has no end. */
function visit(value: unknown, { path, marks }: Place, open: Set<object>, visitor: Visitor): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
  if (open.has(value))
    fail(
      `the part '${path}' contains itself; what is used twice stands beside, as in { first: shared, second: shared }`,
    );
  if (isParameter(value)) {
    const { parameter } = value.source;
    visitor.parameter(isProgramParameter(parameter) ? parameter.leaf : parameter, { path, marks });
  } else if (isMarked(value)) {
    visit(value.part, { path, marks: { ...marks, ...value.marks } }, open, visitor);
  } else if (typeof value === 'function') {
    if (!('parts' in value)) return;
    visitor.block(value, path);
    open.add(value);
    visit(value.parts, { path, marks }, open, visitor);
    open.delete(value);
  } else if (isModel(value)) {
    visit(value.parts, { path, marks }, open, visitor);
  } else {
    open.add(value);
    for (const [key, child] of Object.entries(value))
      visit(child, { path: path === '' ? key : `${path}.${key}`, marks }, open, visitor);
    open.delete(value);
  }
}

/** A vision encoder, a language model: what has parts, and knows how other projects name them. */
function isModel(value: object): value is { readonly parts: object } {
  if (!('parts' in value && 'checkpointNames' in value)) return false;
  return typeof value.parts === 'object' || typeof value.parts === 'function';
}
