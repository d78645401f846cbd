import { atCallSite } from '../at-call-site.ts';
import { sentence } from '../errors/sentence.ts';
import { describeShape, fail } from '../operator.ts';
import { matmul } from '../operators/matmul.ts';
import { reduceSum } from '../operators/reduce.ts';
import {
  IN_OPERAND_TWICE,
  OPERAND_AXES,
  OPERAND_COUNT,
  PLAIN_NAMES,
  UNEQUAL_SIZES,
} from '../sentences/einsum.ts';
import { equalDims, multiplyDims } from '../shape/dim.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { EinsumShape } from '../types/einsum.ts';
import type { Checked, Result } from '../types/problem.ts';
import { checkKnown, firstTwice } from './check.ts';
import { parsePattern } from './parser.ts';
import { describeSide, namesOf, type Pattern, type Side } from './pattern.ts';
import { reordered, reshaped } from './steps.ts';

/** A tensor whose axes have names. */
interface Named {
  readonly tensor: Tensor;
  readonly names: readonly string[];
}

/**
 * Einstein's sum over named axes: `einsum('b i d, b j d -> b i j', q, k)`. An axis that the right of the arrow leaves
 * out is summed over; one name has one size everywhere. Becomes matrix products over batch axes, the operands taken
 * from left to right.
 *
 * @throws ModelError when the pattern is malformed, or does not fit the tensors.
 */
export function einsum<P extends string, const Ts extends readonly Tensor[]>(
  pattern: Checked<EinsumShape<P, Ts>, P>,
  ...tensors: Ts
): Result<DtypeOfTensor<Ts[number]>, EinsumShape<P, Ts>>;
export function einsum(pattern: string, ...tensors: readonly Tensor[]): Tensor {
  return atCallSite(() => {
    const { operands, result } = parsePlainPattern(pattern);
    const wanted = distinctNames(result);
    const sizes = bindOperands(
      operands,
      tensors.map(({ shape }) => shape),
    );
    checkKnown([...sizes.keys()], result);
    const named = operands.flatMap((side, index) => {
      const tensor = tensors[index];
      return tensor === undefined ? [] : [{ tensor, names: distinctNames(side) }];
    });
    const [first, ...others] = named;
    if (first === undefined) return fail('einsum: at least one tensor is needed');
    const product = others.reduce((left, right, index) => {
      const later = others.slice(index + 1).flatMap(({ names }) => names);
      return contract(left, right, new Set([...wanted, ...later]), sizes);
    }, first);
    const summed = sumOut(product, new Set(wanted));
    return reordered(summed.tensor, summed.names, wanted);
  });
}

/** The size of every name, once all operands agree on it. */
function bindOperands(operands: readonly Side[], shapes: readonly Shape[]): ReadonlyMap<string, Dim> {
  if (operands.length !== shapes.length) {
    fail(sentence(OPERAND_COUNT, { operands: operands.length, tensors: shapes.length }));
  }
  const sizes = new Map<string, Dim>();
  for (const [index, side] of operands.entries()) {
    const shape = shapes[index] ?? [];
    const names = distinctNames(side);
    if (names.length !== shape.length) {
      fail(
        sentence(OPERAND_AXES, {
          operand: describeSide(side),
          axes: names.length,
          shape: describeShape(shape),
          rank: shape.length,
        }),
      );
    }
    for (const [axis, name] of names.entries()) {
      const size = shape[axis] ?? 0;
      const earlier = sizes.get(name);
      if (earlier !== undefined && !equalDims(earlier, size)) {
        fail(sentence(UNEQUAL_SIZES, { name, size: earlier, other: size }));
      }
      sizes.set(name, size);
    }
  }
  return sizes;
}

/** Groups, `...` or numbers. */
const NOT_PLAIN = /[()]|\.\.\.|(?<!\w)\d+(?!\w)/;

/** Einsum speaks of single axes only. */
function parsePlainPattern(pattern: string): Pattern {
  if (pattern.split('->').length === 2 && NOT_PLAIN.test(pattern)) fail(PLAIN_NAMES);
  return parsePattern(pattern);
}

/** The names of one side, each once. */
function distinctNames(side: Side): readonly string[] {
  const names = namesOf(side);
  const twice = firstTwice(names);
  if (twice !== undefined) fail(sentence(IN_OPERAND_TWICE, { name: twice, operand: describeSide(side) }));
  return names;
}

/** Sums over the axes that nobody asks for. */
function sumOut({ tensor, names }: Named, kept: ReadonlySet<string>): Named {
  const axes = names.flatMap((name, axis) => (kept.has(name) ? [] : [axis]));
  if (axes.length === 0) return { tensor, names };
  return { tensor: reduceSum(tensor, axes), names: names.filter((name) => kept.has(name)) };
}

/**
 * One product: as matrices `[...batch, rows, summed] x [...batch, summed, columns]`, where each of the last three
 * stands for any number of axes flattened into one.
 */
function contract(
  left: Named,
  right: Named,
  wanted: ReadonlySet<string>,
  sizes: ReadonlyMap<string, Dim>,
): Named {
  const a = sumOut(left, new Set([...wanted, ...right.names]));
  const b = sumOut(right, new Set([...wanted, ...left.names]));
  const shared = a.names.filter((name) => b.names.includes(name));
  const batch = shared.filter((name) => wanted.has(name));
  const summed = shared.filter((name) => !wanted.has(name));
  const rows = a.names.filter((name) => !shared.includes(name));
  const columns = b.names.filter((name) => !shared.includes(name));
  const dims = (names: readonly string[]) => names.map((name) => sizes.get(name) ?? 1);
  const flat = (names: readonly string[]) => multiplyDims(...dims(names));
  const matrices = ({ tensor, names }: Named, first: readonly string[], second: readonly string[]) =>
    reshaped(reordered(tensor, names, [...batch, ...first, ...second]), [
      ...dims(batch),
      flat(first),
      flat(second),
    ]);
  const product = matmul(matrices(a, rows, summed), matrices(b, summed, columns));
  const names = [...batch, ...rows, ...columns];
  return { tensor: reshaped(product, dims(names)), names };
}
