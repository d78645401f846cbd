import type { Emitter } from '../../emitter.ts';
import { equalDims, multiplyDims } from '../../shape/dim.ts';
import type { Operation, Shape } from '../../tensor.ts';
import { lowerReshape } from '../reshape.ts';
import { causalMask, zeroWhereNothing } from './attention-mask.ts';
import {
  type AttentionAttributes,
  type AttentionSizes,
  attentionSizes,
  scoreScale,
} from './attention-sizes.ts';
import { named } from './names.ts';

/**
 * Attention over a past and new keys without joining the two: scores of each are computed apart, share one softmax,
 * and weigh values of each. ONNX Runtime's kernels that take a past write past and new keys to a new place first, which
 * for one new token on a long past is most of their time.
 *
 * The queries are scaled beforehand, since a product with one row is only then a fast kernel when it has no factor of
 * its own. Query heads that share keys stand as further rows of one product.
 */
export function lowerAttentionOverCache(
  emit: Emitter,
  names: readonly (string | undefined)[],
  operation: Operation & { attributes: AttentionAttributes },
): string {
  const { attributes, inputs } = operation;
  const sizes = attentionSizes(inputs, attributes);
  const { batch, heads, keyValueHeads, group, queries, past, keys, allKeys, dtype } = sizes;
  const byKeyHead: Shape = [batch, keyValueHeads, multiplyDims(group, queries), allKeys];
  const byHead: Shape = [batch, heads, queries, allKeys];

  const scale = emit.scalar(scoreScale(sizes, attributes), dtype);
  const query = groupedHeads(emit, emit.node('Mul', [named(names, 0), scale]), sizes);
  const [newKey, newValue] = [1, 2].map((index) =>
    keysByHead(emit, named(names, index), inputs[index]?.shape, sizes),
  );
  const score = (key: string | undefined) =>
    emit.node('FusedMatMul', [query, key], { transB: 1 }, 'com.microsoft');
  const products = emit.node('Concat', [score(names[5]), score(newKey)], { axis: 3 });

  const allowed = attributes.causal ? causalMask(emit, sizes, names[3]) : names[3];
  const bias = hiddenKeys(emit, allowed, names[4], sizes);
  const scores = lowerReshape(emit, products, byKeyHead, byHead);
  const shares = emit.node('Softmax', [bias === undefined ? scores : emit.node('Add', [scores, bias])], {
    axis: -1,
  });
  const [pastShares, newShares] = emit.nodes(
    'Split',
    [lowerReshape(emit, shares, byHead, byKeyHead), emit.shape([past, keys])],
    2,
    { axis: 3 },
  );
  const sum = emit.node('Add', [
    emit.node('MatMul', [pastShares, names[6]]),
    emit.node('MatMul', [newShares, newValue]),
  ]);
  const result = joinedHeads(emit, sum, sizes);
  // Under the causal rule alone every query sees itself.
  return names[3] === undefined
    ? result
    : zeroWhereNothing(emit, result, named([allowed], 0), operation, sizes);
}

/** What is added to the scores: next to nothing is left of a key that is not allowed. */
function hiddenKeys(
  emit: Emitter,
  allowed: string | undefined,
  bias: string | undefined,
  { dtype }: AttentionSizes,
): string | undefined {
  if (allowed === undefined) return bias;
  const hidden = emit.scalar(dtype === 'float16' ? -30000 : -1e30, dtype);
  return emit.once(`${allowed} hides keys of ${bias}`, () =>
    emit.node('Where', [allowed, bias ?? emit.scalar(0, dtype), hidden]),
  );
}

/** `[batch, queries, heads*headDim]` to `[batch, keyValueHeads, group*queries, headDim]`. */
function groupedHeads(emit: Emitter, x: string, sizes: AttentionSizes): string {
  const { batch, queries, keyValueHeads, group, headDim, query } = sizes;
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
  const { batch, queries, keyValueHeads, group, headDim, query } = sizes;
  if (equalDims(group, 1)) {
    const back = emit.node('Transpose', [x], { perm: [0, 2, 1, 3] });
    return lowerReshape(emit, back, [batch, queries, keyValueHeads, headDim], query.shape);
  }
  const rows: Shape = [batch, keyValueHeads, multiplyDims(group, queries), headDim];
  const grouped = lowerReshape(emit, x, rows, [batch, keyValueHeads, group, queries, headDim]);
  const back = emit.node('Transpose', [grouped], { perm: [0, 3, 1, 2, 4] });
  return lowerReshape(emit, back, [batch, queries, keyValueHeads, group, headDim], query.shape);
}

/** Keys or values as they are cached; what has 4 axes is in that form already. */
function keysByHead(emit: Emitter, x: string, shape: Shape = [], sizes: AttentionSizes): string {
  const { batch, keys, keyValueHeads, headDim } = sizes;
  return shape.length === 4 ? x : turned(emit, x, shape, [batch, keys, keyValueHeads, headDim]);
}

/** Splits the last axis and moves the heads before the tokens. */
function turned(emit: Emitter, x: string, from: Shape, to: Shape): string {
  return emit.node('Transpose', [lowerReshape(emit, x, from, to)], { perm: [0, 2, 1, 3] });
}
