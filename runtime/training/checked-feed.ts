import { UserError } from '../../artifact/user-error.ts';
import { shownValue } from '../../dsl/options/option-kinds.ts';
import type { BatchArrays, BatchDtype } from '../../dsl/program/recipe.ts';
import { evaluateDim } from '../../dsl/shape/dim.ts';
import type { Shape } from '../../dsl/tensor.ts';
import type { Feed } from './feed.ts';

export const ARRAYS: { readonly [D in BatchDtype]: new (length: number) => BatchArrays[D] } = {
  float32: Float32Array,
  int64: BigInt64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/**
 * What a data source gave for one input, if it is what the task declares.
 *
 * @param where how error sentences begin
 * @param value anything: it comes from an author's function
 * @param sizes of the open ones that are known; those that the value tells are added
 * @throws UserError
 */
export function checkedFeed(
  where: string,
  value: unknown,
  dtype: BatchDtype,
  declared: Shape,
  sizes: Map<string, number>,
): Feed {
  const wanted = `${dtype} [${declared.join(', ')}]`;
  if (value === undefined) throw new UserError(`${where} must be ${wanted}, but the batch does not have it.`);
  const given = isGroup(value) && !ArrayBuffer.isView(value) ? value : { data: value, shape: undefined };
  const { data } = given;
  if (!(data instanceof ARRAYS[dtype])) {
    throw new UserError(
      `${where} must be ${wanted} as a ${ARRAYS[dtype].name}, but it is ${nameOf(data ?? value)}.`,
    );
  }
  const known = declared.map((dim) => evaluateDim(dim, sizes));
  const shape: unknown = given.shape ?? known;
  if (!Array.isArray(shape) || !shape.every(isSizeOrOpen))
    throw new UserError(`${where} must have a shape of whole numbers, but it is ${shownValue(shape)}.`);
  if (shape.includes(undefined)) {
    throw new UserError(`${where} must be ${wanted}, whose sizes are open: give it as { data, shape }.`);
  }
  const sized = shape.map(Number);
  for (const [axis, dim] of declared.entries()) {
    const size = sized[axis];
    if (typeof dim === 'string' && known[axis] === undefined && size !== undefined) sizes.set(dim, size);
  }
  const fits =
    sized.length === declared.length &&
    declared.every((dim, axis) => evaluateDim(dim, sizes) === sized[axis]);
  const count = sized.reduce((product, size) => product * size, 1);
  if (!fits || count !== data.length) {
    throw new UserError(
      `${where} must be ${wanted}, but it has ${data.length} values for the shape [${sized.join(', ')}].`,
    );
  }
  if (dtype === 'bool') checkBools(where, data);
  return { dtype, shape: sized, data };
}

/**
 * Refuses indices of rows that a table does not have: one too large would end in ONNX Runtime, and a negative one would quietly
 * be counted from the table's end.
 *
 * @param rows of the table; undefined: no table is looked up in
 * @throws UserError that names the element
 */
export function checkRows(where: string, { data }: Feed, rows: number | undefined): void {
  if (rows === undefined) return;
  for (const [index, value] of data.entries()) {
    if (value >= 0 && value < rows) continue;
    throw new UserError(
      `${where} holds ${value} at element ${index}, but what it is looked up in has ${rows} rows, from 0 on.`,
    );
  }
}

/** ONNX Runtime computes with a bool of 7 as with seven. */
function checkBools(where: string, data: Feed['data']): void {
  for (const [index, value] of data.entries()) {
    if (value === 0 || value === 1) continue;
    throw new UserError(`${where} holds ${value} at element ${index}, but a bool must be 0 or 1.`);
  }
}

function isGroup(value: unknown): value is { readonly data?: unknown; readonly shape?: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return ArrayBuffer.isView(value) ? `a ${value.constructor.name}` : shownValue(value);
}

function isSizeOrOpen(size: unknown): boolean {
  return size === undefined || (Number.isSafeInteger(size) && Number(size) >= 0);
}
