import type { Dtype } from '../../dsl/dtype.ts';
import type { Dim, Shape, Tensor } from '../../dsl/tensor.ts';

/** Values read by index, for computations written independently of the operators. */
export class Grid {
  constructor(
    readonly shape: readonly number[],
    readonly data: readonly number[],
  ) {}

  /** The element at an index; leading axes that are left out of the shape, and axes of 1, are broadcast. */
  at(...index: readonly number[]): number {
    let place = 0;
    const extra = index.length - this.shape.length;
    for (const [axis, size] of this.shape.entries()) {
      place = place * size + (size === 1 ? 0 : (index[axis + extra] ?? Number.NaN));
    }
    return this.data[place] ?? Number.NaN;
  }
}

/** A grid whose every element is a function of its index. */
export function tabulate(shape: readonly number[], element: (...index: number[]) => number): Grid {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Array.from({ length: count }, (_, place) => {
    const index: number[] = [];
    let rest = place;
    for (const size of shape.toReversed()) {
      index.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    return element(...index);
  });
  return new Grid(shape, data);
}

export function sum(count: number, term: (index: number) => number): number {
  let total = 0;
  for (let index = 0; index < count; index++) total += term(index);
  return total;
}

/** An input of a case: its shape, and how its values are drawn. */
export interface CaseInput {
  readonly shape: Shape;
  /** Default `float32`. */
  readonly dtype?: Dtype;
  /** Draws one value from a uniform number in [0, 1). Default: from -2 to 2, small whole numbers, or either truth. */
  readonly draw?: (uniform: number) => number;
  /** Exact values instead, row-major, given the sizes. */
  readonly values?: readonly number[];
}

export type Sizes = Readonly<Record<string, number>>;

/** One use of an operator: built with open and with fixed sizes, run, and compared to an independent computation. */
export interface OperatorCase {
  /** The file in `dsl/operators/` that this case covers, without `.ts`. */
  readonly file: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, CaseInput>>;
  /** Values of the open sizes, run one after the other. Default one run without any. */
  readonly sizes?: readonly Sizes[];
  /** The tensors to compute; `dim` gives a size by its open name: the name itself, or its number in fixed graphs. */
  readonly build: (inputs: (name: string) => Tensor, dim: (open: Dim) => Dim) => Tensor | readonly Tensor[];
  readonly expected: (
    inputs: (name: string) => Grid,
    sizes: (name: string) => number,
  ) => Grid | readonly Grid[];
  /** Largest absolute difference. Default 1e-5. */
  readonly tolerance?: number;
  /**
   * Largest difference of its gradient from central differences, as a share. Default 1e-3; more where results are
   * rounded or bend sharply.
   */
  readonly slopeTolerance?: number;
  /** Where 0 is expected nothing else will do. Default false. */
  readonly exactZeros?: boolean;
  /** Constant inputs give constant outputs at compile time. Default: they may, and are compared then. */
  readonly folds?: boolean;
}
