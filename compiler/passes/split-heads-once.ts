import { type Graph, operationsOf, usersOf } from '../../dsl/graph.ts';
import { attentionOperator } from '../../dsl/operators/attention.ts';
import { reshape, reshapeOperator } from '../../dsl/operators/reshape.ts';
import { rotaryOperator } from '../../dsl/operators/rotary.ts';
import { split, splitOperator } from '../../dsl/operators/split.ts';
import { transpose, transposeOperator } from '../../dsl/operators/transpose.ts';
import { addDims, divideDims, equalDims, equalShapes } from '../../dsl/shape/dim.ts';
import type { Dim, Operation, Tensor } from '../../dsl/tensor.ts';
import { onBehalfOf } from '../graph/on-behalf-of.ts';
import { type Renewed, rebuild } from '../graph/rebuild.ts';
import { reapply, withRenewedInputs } from '../graph/rewrite.ts';

/** `[batch, text, heads, headDim]` to `[batch, heads, text, headDim]`. */
const BY_HEAD = [0, 2, 1, 3] as const;
const LAST_AXIS: readonly number[] = [-1, 2];
/** Of an attention's inputs: the queries, and the past's keys. */
const [QUERY, PAST_KEY] = [0, 5];

/**
 * Splits queries, keys and values that are parts of one product into heads before they are parted, and turns them
 * (`rotary`) by head: one movement for a layer in the place of three, which counts where a step has few tokens and a
 * node costs what its call costs. It is for attentions over a cache, whose keys and values are by head in any case.
 */
export function splitHeadsOnce(graph: Graph): Graph {
  const found = partedHeads(graph);
  if (found.size === 0) return graph;
  const places = new Map<Operation, readonly [whole: PartedHeads, part: Part]>();
  for (const whole of found.values()) {
    for (const part of whole.parts) places.set(part.last, [whole, part]);
  }
  const parted = new Map<PartedHeads, readonly Tensor[]>();
  const byHead = ([whole, part]: readonly [PartedHeads, Part], renewed: Renewed): Tensor => {
    const { source, headDim, parts } = whole;
    let heads = parted.get(whole);
    if (heads === undefined) {
      const value = renewed(source);
      const [batch = 1, text = 1] = value.shape;
      const sizes = parts.map((each) => each.heads);
      const all = onBehalfOf(part.last, () =>
        transpose(reshape(value, [batch, text, addDims(...sizes), headDim]), BY_HEAD),
      );
      heads = onBehalfOf(part.last, () => split(all, sizes, 1));
      parted.set(whole, heads);
    }
    const mine = present(heads[parts.indexOf(part)]);
    const { rotary } = part;
    if (rotary === undefined) return mine;
    const [, cosines, sines] = rotary.inputs;
    const turned = reapply(
      rotary,
      [mine, ...[cosines, sines].map((each) => each && renewed(each))],
      rotary.attributes,
    );
    return present(turned.outputs[0]);
  };
  return rebuild(graph, {
    needs: (operation) => {
      const place = places.get(operation);
      if (place === undefined) return operation.inputs;
      const [{ source }, { rotary }] = place;
      const others = operation.operator === attentionOperator ? operation.inputs.slice(1) : [];
      return [source, ...(rotary?.inputs.slice(1) ?? []), ...others];
    },
    build: (operation, renewed) => {
      const place = places.get(operation);
      if (place === undefined) return withRenewedInputs(operation, renewed).outputs;
      const heads = byHead(place, renewed);
      if (operation.operator !== attentionOperator) return [heads];
      const others = operation.inputs.slice(1).map((each) => each && renewed(each));
      return reapply(operation, [heads, ...others], operation.attributes).outputs;
    },
  });
}

/** One value's parts, all of which are split into heads of one size. */
interface PartedHeads {
  readonly source: Tensor;
  readonly headDim: Dim;
  readonly parts: readonly Part[];
}

interface Part {
  readonly heads: Dim;
  readonly rotary: Operation | undefined;
  /** What makes heads of the part: the transposition of keys or values, the attention of queries. */
  readonly last: Operation;
}

type FoundPart = Part & { readonly headDim: Dim };

function partedHeads(graph: Graph): ReadonlyMap<Operation, PartedHeads> {
  const users = usersOf(graph);
  const given = new Set(Object.values(graph.outputs));
  const onlyUser = (tensor: Tensor): Operation | undefined => {
    const [user, ...others] = users.get(tensor) ?? [];
    return others.length > 0 || given.has(tensor) ? undefined : user;
  };
  const found = new Map<Operation, PartedHeads>();
  for (const operation of operationsOf(graph)) {
    const [source] = operation.inputs;
    if (operation.operator !== splitOperator || source?.shape.length !== 3) continue;
    if (!LAST_AXIS.includes(Number(operation.attributes.axis))) continue;
    const parts = operation.outputs.map((output) => partOf(output, onlyUser));
    const [first] = parts;
    if (first === undefined) continue;
    const alike = parts.filter((part) => part !== undefined && equalDims(part.headDim, first.headDim));
    const ofOneLayer = parts.some((part) => part?.last.operator === attentionOperator);
    if (!ofOneLayer || alike.length < parts.length) continue;
    found.set(operation, { source, headDim: first.headDim, parts: alike.flatMap((part) => part ?? []) });
  }
  return found;
}

function partOf(output: Tensor, onlyUser: (tensor: Tensor) => Operation | undefined): FoundPart | undefined {
  const next = onlyUser(output);
  const rotary = next?.operator === rotaryOperator && next.inputs[0] === output ? next : undefined;
  const value = rotary === undefined ? output : present(rotary.outputs[0]);
  const user = rotary === undefined ? next : onlyUser(value);
  if (user === undefined) return undefined;
  if (user.operator === attentionOperator) return asQuery(user, value, rotary);
  if (user.operator !== reshapeOperator) return undefined;
  const apart = present(user.outputs[0]);
  const [, , heads, headDim] = apart.shape;
  const last = onlyUser(apart);
  if (last?.operator !== transposeOperator || apart.shape.length !== 4) return undefined;
  if (heads === undefined || headDim === undefined) return undefined;
  const stays = equalShapes(apart.shape.slice(0, 2), value.shape.slice(0, 2));
  const isMoved = String(last.attributes.permutation) === BY_HEAD.join();
  return stays && isMoved ? { heads, headDim, rotary, last } : undefined;
}

/** The part as the queries of an attention over a cache. */
function asQuery(attention: Operation, value: Tensor, rotary: Operation | undefined): FoundPart | undefined {
  const { inputs, attributes } = attention;
  const isQuery = inputs.every((input, index) => (input === value) === (index === QUERY));
  const { heads } = attributes;
  if (!isQuery || inputs[PAST_KEY] === undefined) return undefined;
  if (typeof heads !== 'number' && typeof heads !== 'string') return undefined;
  const headDim = divideDims(value.shape[2] ?? 0, heads);
  return headDim === undefined ? undefined : { heads, headDim, rotary, last: attention };
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a part of heads lacks what it was found by');
  return value;
}
