import type { Dtype } from '../../dtype.ts';
import type { Emitter } from '../../emitter.ts';
import { addDims, equalDims, multiplyDims } from '../../shape/dim.ts';
import type { Dim, Operation, Shape } from '../../tensor.ts';
import { lowerReshape } from '../reshape.ts';
import { allowsSomething, causalMask, type Shaped } from './attention-mask.ts';
import { hasAttentionNode, lowerAttentionNode } from './attention-node.ts';
import {
  type AttentionAttributes,
  type AttentionSizes,
  attentionSizes,
  scoreScale,
} from './attention-sizes.ts';
import { lowerMatmulTransposed } from './matmul-transposed-lowering.ts';
import { named } from './names.ts';

type Names = readonly (string | undefined)[];

/**
 * From so many queries of a run on ONNX's own Attention is the faster: 0.7 to 0.8 of the time at 64, 0.6 to 0.7 at 256, on 512
 * and on 1776 cached tokens; at 16 it takes 1.1 times, at 4 twice as long.
 */
const MANY_QUERIES = 32;

/**
 * Attention over a past and new keys: of few queries, as a step of decoding has, without joining the two, and of many by
 * ONNX's own Attention, which joins them. A run says which it is, where the graph does not.
 *
 * Apart, scores of each are computed, share one softmax, and weigh values of each. ONNX Runtime's kernels that take a past
 * write past and new keys to a new place first, which for one new token on a long past is most of their time. For many
 * queries it is the scores that are large: the kernel, too, has memory for those of all heads at once, but computes and masks
 * those of one head and takes their softmax before the next, where products apart join, mask and part those of all heads
 * in a pass each.
 *
 * Query heads that share keys stand as further rows of one product, which then takes the scale as its own factor. A
 * product with one row is only then a fast kernel when it has none: there the queries are scaled beforehand.
 *
 * GroupQueryAttention is the same in one node, but not the sooner done: it computes each head of the queries apart, also
 * where they share keys. A token of a LLaMA of 336 M weights in int4 took it in ONNX Runtime 1.30 0.98 times as long on 64
 * cached tokens, 1.33 on 512 and 1.65 on 1500; with one memory for past and present, where it writes the new token alone,
 * 0.98 and 1.28. Of 256 queries its flash kernel takes 1.1 times as long as Attention, and it takes one row alone.
 *
 * Keys and values that lie `[headDim, tokens]` would make these two products 1.0 to 1.1 times as fast on 512 cached tokens
 * and 1.3 on 2048, which is as fast as one thread reads them: 2 to 8 % of a token. Products of single rows or of blocks of
 * the cache, as it lies, are no faster.
 */
export function lowerAttentionOverCache(
  emit: Emitter,
  names: Names,
  operation: Operation & { attributes: AttentionAttributes },
): string {
  const { queries, dtype, result: shape } = attentionSizes(operation.inputs, operation.attributes);
  const apart = (within: Emitter) => lowerAttentionApart(emit, names, operation, within);
  const joined = (within: Emitter) => lowerAttentionNode(emit, names, operation, within);
  if (!hasAttentionNode(emit, names, operation.attributes)) return apart(emit);
  if (typeof queries === 'number') return queries < MANY_QUERIES ? apart(emit) : joined(emit);
  const many = emit.once(`many of ${queries}`, () =>
    emit.node('GreaterOrEqual', [emit.size(queries), emit.scalar(MANY_QUERIES, 'int64')]),
  );
  return emit.node('If', [many], {
    then_branch: { branch: { dtype, shape, write: joined } },
    else_branch: { branch: { dtype, shape, write: apart } },
  });
}

function lowerAttentionApart(
  emit: Emitter,
  names: Names,
  operation: Operation & { attributes: AttentionAttributes },
  within: Emitter,
): string {
  const { attributes, inputs } = operation;
  const sizes = attentionSizes(inputs, attributes);
  const keys = {
    pastKey: names[5],
    pastValue: names[6],
    newKey: keysByHead(within, named(names, 1), inputs[1]?.shape, sizes),
    newValue: keysByHead(within, named(names, 2), inputs[2]?.shape, sizes),
  };
  return lowerAttentionByProducts(emit, names, operation, keys, within);
}

/** Keys and values `[batch, keyValueHeads, …, headDim]`; without a past the new ones are all. */
export interface KeysByHead {
  readonly pastKey?: string | undefined;
  readonly pastValue?: string | undefined;
  readonly newKey: string;
  readonly newValue: string;
}

/**
 * Attention as products, a mask and a softmax, of keys and values in that form.
 *
 * @param emit where is written what several attentions need alike
 * @param within where the nodes are written that are this attention's alone
 */
export function lowerAttentionByProducts(
  emit: Emitter,
  names: Names,
  operation: Operation & { attributes: AttentionAttributes },
  { pastKey, pastValue, newKey, newValue }: KeysByHead,
  within: Emitter = emit,
): string {
  const { attributes, inputs } = operation;
  const sizes = attentionSizes(inputs, attributes);
  const { group, past, keys, allKeys, dtype } = sizes;
  const scale = scoreScale(sizes, attributes);
  const alone = equalDims(group, 1);
  const scaled =
    alone && scale !== 1 ? within.node('Mul', [named(names, 0), emit.scalar(scale, dtype)]) : named(names, 0);
  const query = groupedHeads(within, scaled, sizes);
  const score = (key: string) =>
    lowerMatmulTransposed(within, query, key, { scale: alone ? 1 : scale, rank: 4, dtype });
  // Under the causal rule alone every query sees itself.
  const mayBeEmpty = names[3] !== undefined;
  const columns = [
    ...(pastKey === undefined ? [] : [score(pastKey)]),
    score(newKey),
    ...(mayBeEmpty ? [sinkScores(emit, sizes)] : []),
  ];
  const isOne = columns.length === 1;
  const joined = isOne ? named(columns, 0) : within.node('Concat', columns, { axis: 3 });
  const products =
    attributes.softcap === undefined ? joined : capped(emit, joined, attributes.softcap, dtype, within);

  const allowed = attributes.causal ? causalMask(emit, sizes, names[3]) : names[3];
  const hidden = hiddenKeys(emit, allowed, operation, names[4], sizes);
  const added =
    mayBeEmpty && hidden !== undefined ? withSink(emit, hidden, named([allowed], 0), sizes) : hidden;
  const bias = added && ofEachRow(emit, added, sizes);
  const biased = bias === undefined ? products : within.node('Add', [products, bias]);
  const shares = within.node('Softmax', [biased], { axis: -1 });
  const values = pastValue === undefined ? [newValue] : [pastValue, newValue];
  const widths = [...(pastValue === undefined ? [allKeys] : [past, keys]), ...(mayBeEmpty ? [1] : [])];
  const parts = isOne
    ? [shares]
    : within.nodes('Split', [shares, emit.shape(widths)], columns.length, { axis: 3 });
  const sum = values
    .map((value, index) => within.node('MatMul', [parts[index], value]))
    .reduce((left, right) => within.node('Add', [left, right]));
  return joinedHeads(within, sum, sizes);
}

/** Scores within a distance of 0; the sink's stays 0. */
function capped(emit: Emitter, scores: string, softcap: number, dtype: Dtype, within: Emitter): string {
  const share = within.node('Mul', [scores, emit.scalar(1 / softcap, dtype)]);
  return within.node('Mul', [within.node('Tanh', [share]), emit.scalar(softcap, dtype)]);
}

/**
 * One more key than there are, of which no value is taken: what a query that may attend to nothing attends to, so that
 * its result is zero without a pass over all results. Its scores before anything is added, once for all layers.
 */
function sinkScores(emit: Emitter, { batch, keyValueHeads, group, queries, dtype }: AttentionSizes): string {
  const shape: Shape = [batch, keyValueHeads, multiplyDims(group, queries), 1];
  return emit.once(`scores of the sink ${shape} ${dtype}`, () =>
    emit.node('Expand', [emit.scalar(0, dtype), emit.shape(shape)]),
  );
}

/** What is added to the scores, with a column for the sink: nothing where a query sees no key, else what hides it. */
function withSink(
  emit: Emitter,
  { name, shape }: Shaped,
  allowed: string,
  { allKeys, dtype }: AttentionSizes,
): Shaped {
  const all: Shape = [...shape.slice(0, 3), allKeys];
  const sunk = emit.once(`${name} with a sink`, () => {
    const sees = allowsSomething(emit, allowed);
    const sink = emit.node('Where', [
      sees,
      emit.scalar(Number.NEGATIVE_INFINITY, dtype),
      emit.scalar(0, dtype),
    ]);
    const wide = (value: string, to: Shape) => emit.node('Expand', [value, emit.shape(to)]);
    return emit.node('Concat', [wide(name, all), wide(sink, [...shape.slice(0, 3), 1])], { axis: 3 });
  });
  return { name: sunk, shape: [...shape.slice(0, 3), addDims(allKeys, 1)] };
}

/** What is added to the scores: next to nothing is left of a key that is not allowed. */
function hiddenKeys(
  emit: Emitter,
  allowed: string | undefined,
  { inputs, attributes }: Operation & { attributes: AttentionAttributes },
  bias: string | undefined,
  { queries, allKeys, dtype }: AttentionSizes,
): Shaped | undefined {
  const shapes = [
    inputs[3]?.shape,
    inputs[4]?.shape,
    attributes.causal ? [1, 1, queries, allKeys] : undefined,
  ];
  const shape = [0, 1, 2, 3].map((axis) => shapes.reduce<Dim>((size, each) => widest(size, each?.[axis]), 1));
  if (allowed === undefined) return bias === undefined ? undefined : { name: bias, shape };
  const hidden = emit.scalar(dtype === 'float16' ? -30000 : -1e30, dtype);
  const name = emit.once(`${allowed} hides keys of ${bias}`, () =>
    emit.node('Where', [allowed, bias ?? emit.scalar(0, dtype), hidden]),
  );
  return { name, shape };
}

function widest(size: Dim, other: Dim | undefined): Dim {
  return other === undefined || other === 1 ? size : other;
}

/** What is added to the scores `[batch, keyValueHeads, group*queries, columns]`, of what is added to those of each head. */
function ofEachRow(emit: Emitter, bias: Shaped, sizes: AttentionSizes): string {
  const { keyValueHeads, group, queries } = sizes;
  const [rows = 1, heads = 1, biasQueries = 1, columns = 1] = bias.shape;
  if (equalDims(group, 1) || (heads === 1 && biasQueries === 1)) return bias.name;
  // The rows of heads that share keys stand behind each other.
  return emit.once(`${bias.name} for ${group} heads`, () => {
    const keyHeads = heads === 1 ? 1 : keyValueHeads;
    const from: Shape = [rows, keyHeads, heads === 1 ? 1 : group, biasQueries, columns];
    const apart = lowerReshape(emit, bias.name, bias.shape, from);
    const each = emit.node('Expand', [apart, emit.shape([1, 1, group, queries, 1])]);
    const to: Shape = [rows, keyHeads, group, queries, columns];
    return lowerReshape(emit, each, to, [rows, keyHeads, multiplyDims(group, queries), columns]);
  });
}

/** Queries, by head or joined, to `[batch, keyValueHeads, group*queries, headDim]`. */
function groupedHeads(emit: Emitter, x: string, sizes: AttentionSizes): string {
  const { batch, queries, keyValueHeads, group, headDim, query } = sizes;
  if (query.shape.length === 4) {
    if (equalDims(group, 1)) return x;
    return lowerReshape(emit, x, query.shape, [batch, keyValueHeads, multiplyDims(group, queries), headDim]);
  }
  if (equalDims(group, 1)) return turned(emit, x, query.shape, [batch, queries, keyValueHeads, headDim]);
  const split = lowerReshape(emit, x, query.shape, [batch, queries, keyValueHeads, group, headDim]);
  const grouped = emit.node('Transpose', [split], { perm: [0, 2, 3, 1, 4] });
  return lowerReshape(
    emit,
    grouped,
    [batch, keyValueHeads, group, queries, headDim],
    [batch, keyValueHeads, multiplyDims(group, queries), headDim],
  );
}

/** The way back. */
function joinedHeads(emit: Emitter, x: string, sizes: AttentionSizes): string {
  const { batch, queries, keyValueHeads, group, headDim, result } = sizes;
  if (equalDims(group, 1)) {
    const back = emit.node('Transpose', [x], { perm: [0, 2, 1, 3] });
    return lowerReshape(emit, back, [batch, queries, keyValueHeads, headDim], result);
  }
  const rows: Shape = [batch, keyValueHeads, multiplyDims(group, queries), headDim];
  const grouped = lowerReshape(emit, x, rows, [batch, keyValueHeads, group, queries, headDim]);
  const back = emit.node('Transpose', [grouped], { perm: [0, 3, 1, 2, 4] });
  return lowerReshape(emit, back, [batch, queries, keyValueHeads, group, headDim], result);
}

/** Keys or values as they are cached; what has 4 axes is in that form already. */
export function keysByHead(emit: Emitter, x: string, shape: Shape = [], sizes: AttentionSizes): string {
  const { batch, keys, keyValueHeads, headDim } = sizes;
  return shape.length === 4 ? x : turned(emit, x, shape, [batch, keys, keyValueHeads, headDim]);
}

/** Splits the last axis and moves the heads before the tokens. */
function turned(emit: Emitter, x: string, from: Shape, to: Shape): string {
  return emit.node('Transpose', [lowerReshape(emit, x, from, to)], { perm: [0, 2, 1, 3] });
}
