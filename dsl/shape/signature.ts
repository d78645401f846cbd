import type { Dtype } from '../dtype.ts';
import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import { GIVES_SHAPE, TAKES_DTYPE, TAKES_RANK, TAKES_SIZE } from '../sentences/block.ts';
import { NOT_DIVISOR, UNEQUAL } from '../sentences/options.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import { addDims, canonicalDim, divideDims, equalDims, isAxisName, multiplyDims } from './dim.ts';

/** One argument or result of a block: `'batch text media: bool?'` taken apart. */
export interface Slot {
  /** As the author wrote it, for messages. */
  readonly text: string;
  /** Each a name, a number, or a sum or product of names. */
  readonly axes: readonly string[];
  /** Undefined for floats. */
  readonly dtype: Dtype | undefined;
  readonly optional: boolean;
}

const DTYPES: readonly string[] = [
  'float32',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'uint8',
  'int8',
  'bool',
] satisfies Dtype[];
const FLOATS: readonly Dtype[] = ['float32', 'float16', 'bfloat16'];

/** Reads one slot of a signature; refuses words that are no sizes and dtypes that do not exist. */
export function parseSlot(block: string, text: string): Slot {
  const optional = text.endsWith('?');
  const [axes = '', dtype, ...rest] = (optional ? text.slice(0, -1) : text)
    .split(':')
    .map((part) => part.trim());
  if (rest.length > 0 || (dtype !== undefined && !isDtype(dtype))) {
    fail(`${block}: '${text}' must be axes, then perhaps a colon and a dtype, such as 'batch text: bool'`);
  }
  const words = axes.split(/\s+/).filter((word) => word !== '');
  for (const word of words) canonicalDim(word);
  return { text, axes: words, dtype: isDtype(dtype) ? dtype : undefined, optional };
}

function isDtype(text: string | undefined): text is Dtype {
  return text !== undefined && DTYPES.includes(text);
}

/** Checks the arguments of one call and returns what every name stands for, the block's own sizes included. */
export function bindArguments(
  block: string,
  slots: readonly Slot[],
  tensors: readonly (Tensor | undefined)[],
  sizes: ReadonlyMap<string, Dim>,
): ReadonlyMap<string, Dim> {
  if (tensors.length > slots.length) {
    fail(`${block} takes at most ${slots.length} arguments, but ${tensors.length} are given`);
  }
  const names = new Map(sizes);
  const present = slots.flatMap((slot, index) => {
    const tensor = tensors[index];
    if (tensor !== undefined) return [{ slot, tensor }];
    return slot.optional ? [] : fail(`${block}: argument ${index + 1} is missing: ${slot.text}`);
  });
  // All plain names first: an expression may mention a name of a later argument.
  for (const { slot, tensor } of present) bindNames(block, slot, tensor, names);
  for (const { slot, tensor } of present) checkAxes(block, slot, tensor.shape, names);
  return names;
}

function bindNames(block: string, slot: Slot, { dtype, shape }: Tensor, names: Map<string, Dim>): void {
  if (slot.dtype === undefined ? !FLOATS.includes(dtype) : dtype !== slot.dtype) {
    fail(sentence(TAKES_DTYPE, { block, take: slot.text, dtype }));
  }
  if (shape.length !== slot.axes.length) {
    fail(sentence(TAKES_RANK, { block, take: slot.text, shape: describeShape(shape), rank: shape.length }));
  }
  for (const [index, word] of slot.axes.entries()) {
    if (isAxisName(word) && !names.has(word)) names.set(word, shape[index] ?? 1);
  }
}

function checkAxes(block: string, slot: Slot, shape: Shape, names: ReadonlyMap<string, Dim>): void {
  for (const [index, word] of slot.axes.entries()) {
    const expected = evaluate(word, names);
    const found = shape[index] ?? 1;
    if (expected !== undefined && !equalDims(expected, found)) {
      fail(sentence(TAKES_SIZE, { block, axis: word, expected, found, shape: describeShape(shape) }));
    }
  }
}

/** Checks one result of a block's body against its signature; names that nothing binds agree with any size. */
export function checkGiven(block: string, slot: Slot, tensor: Tensor, names: ReadonlyMap<string, Dim>): void {
  const { shape } = tensor;
  const fits =
    shape.length === slot.axes.length &&
    slot.axes.every((word, index) => {
      const expected = evaluate(word, names);
      return expected === undefined || equalDims(expected, shape[index] ?? 1);
    });
  if (!fits) fail(sentence(GIVES_SHAPE, { block, gives: slot.text, shape: describeShape(shape) }));
}

/** The size that a word stands for; undefined when a name of it is not bound. */
function evaluate(word: string, names: ReadonlyMap<string, Dim>): Dim | undefined {
  let sum: Dim = 0;
  for (const term of word.split('+')) {
    let product: Dim = 1;
    for (const factor of term.split('*')) {
      const value = /^\d+$/.test(factor) ? Number(factor) : names.get(factor);
      if (value === undefined) return undefined;
      product = multiplyDims(product, value);
    }
    sum = addDims(sum, product);
  }
  return sum;
}

/** The names of sizes that a requirement speaks of. */
export function namesIn(requirement: string): readonly string[] {
  return requirement
    .replace(' divides ', ' ')
    .split(/[^A-Za-z0-9_]+/)
    .filter(isAxisName);
}

/** Checks `'heads divides dim'` and `'dim = heads*headDim'` of one configuration. */
export function checkRequirement(block: string, requirement: string, sizes: ReadonlyMap<string, Dim>): void {
  const [, left = '', relation, right = ''] = /^(.+?) (divides|=) (.+)$/.exec(requirement) ?? [];
  const a = evaluate(left, sizes);
  const b = evaluate(right, sizes);
  if (relation === undefined || a === undefined || b === undefined) {
    return fail(
      `${block}: the requirement '${requirement}' must read 'a divides b' or 'a = b' over the block's sizes`,
    );
  }
  if (relation === 'divides' && divideDims(b, a) === undefined) {
    fail(sentence(NOT_DIVISOR, { where: block, left, a, right, b }));
  }
  if (relation === '=' && !equalDims(a, b)) fail(sentence(UNEQUAL, { where: block, left, a, right, b }));
}
