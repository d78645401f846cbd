import { Tensor } from 'onnxruntime-common';
import type { GraphPort } from '../artifact/manifest.ts';
import { UserError } from '../artifact/user-error.ts';
import { evaluateDim, isAxisName, isOpen, subtractDims, termsOf } from '../dsl/shape/dim.ts';

/** The array that holds values of each dtype: halves as their bits, bool as bytes of 0 and 1. */
export interface GraphArrays {
  readonly float32: Float32Array;
  readonly float16: Uint16Array;
  readonly int64: BigInt64Array;
  readonly int32: Int32Array;
  readonly uint8: Uint8Array;
  readonly int8: Int8Array;
  readonly bool: Uint8Array;
}
export type GraphDtype = keyof GraphArrays;

const ARRAYS = {
  float32: Float32Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
} as const satisfies { readonly [D in GraphDtype]: new () => GraphArrays[D] };

/**
 * One input, checked.
 *
 * @param sizes what the open sizes are by the inputs before; those of this one are added
 */
export function graphInput(
  graph: string,
  port: GraphPort,
  value: unknown,
  sizes: Map<string, number>,
): Tensor {
  const { name, dtype } = port;
  const wrong = (found: string, advice: string) =>
    new UserError(`The input '${name}' of the graph '${graph}' ${found}: ${advice}.`);
  const wanted = `give ${describePort(port)}`;
  if (dtype === 'bfloat16') {
    throw wrong(
      'is bfloat16, which ONNX Runtime takes from no JavaScript array',
      'compile the graph with a float32 input',
    );
  }
  if (value === undefined) throw wrong('is missing', wanted);
  const array = ARRAYS[dtype];
  const { data, shape } = isValue(value) ? value : { data: value, shape: undefined };
  if (!(data instanceof array))
    throw wrong(`was given as ${describeArray(data)}`, `${wanted} in a ${array.name}`);
  const dims = shape ?? inferredShape(port, data.length, sizes);
  if (dims === undefined) {
    throw wrong(
      `has ${data.length} values without a shape, which does not say what its open sizes are`,
      `give { data, shape } with a shape of [${port.shape.join(', ')}]`,
    );
  }
  if (!Array.isArray(dims) || !dims.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw wrong(`has the shape ${JSON.stringify(dims)}`, 'give a list of whole numbers from 0');
  }
  const fixed = fixSizes(port, dims, sizes);
  if (fixed !== undefined) throw wrong(`has the shape [${dims.join(', ')}]${fixed}`, wanted);
  const count = dims.reduce((product: number, size: number) => product * size, 1);
  if (count !== data.length) {
    throw wrong(
      `has ${data.length} values and the shape [${dims.join(', ')}], which has ${count}`,
      'give as many values as the shape has',
    );
  }
  return new Tensor(dtype, data, dims);
}

/** Why a shape does not fit; the open sizes that it settles are added. */
function fixSizes(
  { shape }: GraphPort,
  dims: readonly number[],
  sizes: Map<string, number>,
): string | undefined {
  if (dims.length !== shape.length) return ` of ${dims.length} axes`;
  for (const [axis, dim] of shape.entries()) {
    const found = dims[axis] ?? 0;
    if (typeof dim === 'string' && !sizes.has(dim) && isAxisName(dim)) sizes.set(dim, found);
  }
  for (const [axis, dim] of shape.entries()) {
    const found = dims[axis] ?? 0;
    const expected = evaluateDim(dim, sizes);
    if (expected !== undefined && expected !== found) {
      return isOpen(dim) ? ` although '${dim}' is ${expected} by the other sizes` : '';
    }
    if (expected === undefined) settle(dim, found, sizes);
  }
  return undefined;
}

/** Of a sum whose other terms are known, the one name that is left: `past` of `past+text`. */
function settle(dim: string | number, found: number, sizes: Map<string, number>): void {
  const terms = termsOf(dim);
  const unknown = terms.filter(({ names }) => names.some((name) => !sizes.has(name)));
  const [term] = unknown;
  const [name] = term?.names ?? [];
  if (unknown.length !== 1 || term?.names.length !== 1 || term.coefficient !== 1 || name === undefined)
    return;
  const rest = evaluateDim(subtractDims(dim, name), sizes);
  if (rest !== undefined && found >= rest) sizes.set(name, found - rest);
}

/** The shape of values that came alone, where the port and the sizes so far leave at most one size open. */
function inferredShape(
  { shape }: GraphPort,
  length: number,
  sizes: ReadonlyMap<string, number>,
): number[] | undefined {
  const known = shape.map((dim) => evaluateDim(dim, sizes));
  const open = known.filter((size) => size === undefined).length;
  const product = known.reduce<number>((all, size) => all * (size ?? 1), 1);
  if (open > 1 || (open === 1 && (product === 0 || length % product !== 0))) return undefined;
  return known.map((size) => size ?? length / product);
}

function isValue(value: unknown): value is { data: unknown; shape: unknown } {
  return typeof value === 'object' && value !== null && 'data' in value && 'shape' in value;
}

export function describePort({ name, dtype, shape }: GraphPort): string {
  return `'${name}' ${dtype} [${shape.join(', ')}]`;
}

function describeArray(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? `a ${value.constructor.name}` : `a ${typeof value}`;
}
