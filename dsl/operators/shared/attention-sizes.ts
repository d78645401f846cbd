import type { Dtype } from '../../dtype.ts';
import { sentence } from '../../errors/sentence.ts';
import { describeShape, fail } from '../../operator.ts';
import {
  KEYS,
  NOT_STRETCHED,
  PAST,
  PAST_LENGTH,
  QUERY,
  QUERY_HEADS,
  SHARED_HEADS,
  UNLIKE,
} from '../../sentences/attention.ts';
import { addDims, divideDims, equalDims, multiplyDims } from '../../shape/dim.ts';
import type { Dim, Inputs, Shape, Tensor } from '../../tensor.ts';
import { reshape } from '../reshape.ts';
import { transpose } from '../transpose.ts';
import { BOOLEANS, checkDtype, FLOATS, required, sameDtype } from './inputs.ts';

export type AttentionAttributes = {
  heads: Dim;
  keyValueHeads: Dim;
  causal: boolean;
  scale: number | undefined;
  softcap?: number | undefined;
};

/** Every size of one attention, once the inputs are known to fit each other. */
export interface AttentionSizes {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly dtype: Dtype;
  readonly batch: Dim;
  readonly queries: Dim;
  readonly heads: Dim;
  readonly keyValueHeads: Dim;
  /** Query heads that share one head of keys and values. */
  readonly group: Dim;
  readonly headDim: Dim;
  readonly keys: Dim;
  readonly hasPast: boolean;
  readonly past: Dim;
  /** Past and new keys. */
  readonly allKeys: Dim;
  /** `[batch, queries, heads*headDim]`. */
  readonly result: Shape;
}

export function attentionSizes(
  inputs: Inputs,
  { heads, keyValueHeads }: AttentionAttributes,
): AttentionSizes {
  const query = required('attention', inputs, 0, 'the query');
  const key = required('attention', inputs, 1, 'the key');
  const value = required('attention', inputs, 2, 'the value');
  const [, , , mask, bias, pastKey, pastValue] = inputs;
  const dtype = sameDtype('attention', query, key, value, bias, pastKey, pastValue);
  checkDtype('attention', 'the query', query, FLOATS);
  if (mask !== undefined) checkDtype('attention', 'the mask', mask, BOOLEANS);

  const result = resultShape(query.shape, key.shape, heads);
  const [batch, queries, width] = result;
  if (result.length !== 3 || batch === undefined || queries === undefined || width === undefined) {
    return fail(sentence(QUERY, { query: describeShape(query.shape) }));
  }
  const headDim = divideDims(width, heads) ?? fail(sentence(QUERY_HEADS, { width, heads }));
  const group = divideDims(heads, keyValueHeads) ?? fail(sentence(SHARED_HEADS, { heads, keyValueHeads }));
  const keys = keyCount('key', key.shape, batch, keyValueHeads, headDim);
  const valueKeys = keyCount('value', value.shape, batch, keyValueHeads, headDim);
  if (!equalDims(keys, valueKeys) || key.shape.length !== value.shape.length) {
    fail(sentence(UNLIKE, { key: describeShape(key.shape), value: describeShape(value.shape) }));
  }
  if ((pastKey === undefined) !== (pastValue === undefined)) {
    fail('attention: a past needs both key and value, but one is missing');
  }
  const past = pastKey === undefined ? 0 : pastCount('key', pastKey.shape, batch, keyValueHeads, headDim);
  if (
    pastValue !== undefined &&
    !equalDims(past, pastCount('value', pastValue.shape, batch, keyValueHeads, headDim))
  ) {
    fail(PAST_LENGTH);
  }
  const allKeys = addDims(past, keys);
  const full = [batch, heads, queries, allKeys];
  checkStretches('mask', mask?.shape, full);
  checkStretches('bias', bias?.shape, full);
  const hasPast = pastKey !== undefined;
  return {
    query,
    key,
    value,
    dtype,
    batch,
    queries,
    heads,
    keyValueHeads,
    group,
    headDim,
    keys,
    hasPast,
    past,
    allKeys,
    result,
  };
}

/** The shape of the queries, or what that of queries by head `[batch, heads, queries, headDim]` is when they are joined. */
function resultShape(query: Shape, key: Shape, heads: Dim): Shape {
  const [batch, ofQuery, queries, headDim] = query;
  if (query.length !== 4 || key.length !== 4 || batch === undefined || ofQuery === undefined) return query;
  if (queries === undefined || headDim === undefined || !equalDims(ofQuery, heads)) return query;
  return [batch, queries, multiplyDims(heads, headDim)];
}

/** `[batch, keys, heads*headDim]` as `[batch, heads, keys, headDim]`; what has 4 axes is in that form already. */
export function splitHeads(x: Tensor, heads: Dim): Tensor {
  const [batch, keys, width] = x.shape;
  if (x.shape.length === 4 || batch === undefined || keys === undefined || width === undefined) return x;
  const headDim =
    divideDims(width, heads) ?? fail(`attention: width ${width} is not a multiple of ${heads} heads`);
  return transpose(reshape(x, [batch, keys, heads, headDim]), [0, 2, 1, 3]);
}

/** The factor of the scores. */
export function scoreScale({ headDim }: AttentionSizes, { scale }: AttentionAttributes): number {
  if (scale !== undefined) return scale;
  if (typeof headDim === 'number') return 1 / Math.sqrt(headDim);
  return fail(`attention: give the scale, since the head size '${headDim}' is not a known number`);
}

function keyCount(name: string, shape: Shape, batch: Dim, heads: Dim, headDim: Dim): Dim {
  const [first, second, third, last] = shape;
  if (first !== undefined && second !== undefined && third !== undefined && equalDims(first, batch)) {
    if (last === undefined) {
      const size = divideDims(third, heads);
      if (size !== undefined && equalDims(size, headDim)) return second;
    } else if (shape.length === 4 && equalDims(second, heads) && equalDims(last, headDim)) return third;
  }
  return fail(sentence(KEYS, { name, batch, heads, headDim, shape: describeShape(shape) }));
}

function pastCount(name: string, shape: Shape, batch: Dim, heads: Dim, headDim: Dim): Dim {
  const [first, second, past, last] = shape;
  const fits =
    shape.length === 4 &&
    equalDims(first ?? 0, batch) &&
    equalDims(second ?? 0, heads) &&
    equalDims(last ?? 0, headDim);
  if (past !== undefined && fits) return past;
  return fail(sentence(PAST, { name, batch, heads, headDim, shape: describeShape(shape) }));
}

function checkStretches(name: string, shape: Shape | undefined, full: Shape): void {
  if (shape === undefined) return;
  if (shape.length !== 4 || !shape.every((dim, axis) => dim === 1 || equalDims(dim, full[axis] ?? 0))) {
    fail(sentence(NOT_STRETCHED, { name, full: describeShape(full), shape: describeShape(shape) }));
  }
}
