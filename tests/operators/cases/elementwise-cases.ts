import type { Dtype } from '../../../dsl/dtype.ts';
import { add } from '../../../dsl/operators/add.ts';
import { cast } from '../../../dsl/operators/cast.ts';
import { equal, greater, greaterOrEqual, less, lessOrEqual } from '../../../dsl/operators/comparison.ts';
import { constant, type Operand, scalar } from '../../../dsl/operators/constant.ts';
import { divide } from '../../../dsl/operators/divide.ts';
import { dropout } from '../../../dsl/operators/dropout.ts';
import { and, not, or } from '../../../dsl/operators/logical.ts';
import { maximum } from '../../../dsl/operators/maximum.ts';
import { minimum } from '../../../dsl/operators/minimum.ts';
import { multiply } from '../../../dsl/operators/multiply.ts';
import { power, square } from '../../../dsl/operators/power.ts';
import { remainder } from '../../../dsl/operators/remainder.ts';
import { stopGradient } from '../../../dsl/operators/stop-gradient.ts';
import { subtract } from '../../../dsl/operators/subtract.ts';
import * as unary from '../../../dsl/operators/unary.ts';
import { where } from '../../../dsl/operators/where.ts';
import type { Tensor } from '../../../dsl/tensor.ts';
import { type CaseInput, Grid, type OperatorCase, type Sizes, tabulate } from '../case.ts';

const TEXTS: readonly Sizes[] = [{ text: 3 }, { text: 1 }];

type Binary = (left: number, right: number) => number;

const ARITHMETIC: readonly [string, (left: Operand, right: Operand) => Tensor, Binary][] = [
  ['add', add, (a, b) => a + b],
  ['subtract', subtract, (a, b) => a - b],
  ['multiply', multiply, (a, b) => a * b],
  ['divide', divide, (a, b) => a / b],
  ['minimum', minimum, Math.min],
  ['maximum', maximum, Math.max],
];

const COMPARISONS: readonly [string, (left: Operand, right: Operand) => Tensor, Binary][] = [
  ['equal', equal, (a, b) => (a === b ? 1 : 0)],
  ['less', less, (a, b) => (a < b ? 1 : 0)],
  ['lessOrEqual', lessOrEqual, (a, b) => (a <= b ? 1 : 0)],
  ['greater', greater, (a, b) => (a > b ? 1 : 0)],
  ['greaterOrEqual', greaterOrEqual, (a, b) => (a >= b ? 1 : 0)],
];

function binaryCases(
  file: string,
  name: string,
  operator: (left: Operand, right: Operand) => Tensor,
  compute: Binary,
  dtype: Dtype,
): readonly OperatorCase[] {
  // Divisors stay away from 0, where quotients are not whole or bend too sharply for differences.
  const quotient = file === 'divide' ? (u: number) => (u < 0.5 ? u - 2 : u + 1) : undefined;
  const draw = dtype === 'float32' ? quotient : (u: number) => Math.floor(u * 6) + 1;
  const input = (shape: CaseInput['shape']): CaseInput => ({ shape, dtype, ...(draw && { draw }) });
  const whole: Binary = dtype === 'float32' ? compute : (a, b) => Math.trunc(compute(a, b));
  return [
    {
      file,
      name: `${name} ${dtype} broadcast both ways`,
      inputs: { a: input([2, 'text', 1]), b: input(['text', 4]) },
      sizes: TEXTS,
      build: (x) => operator(x('a'), x('b')),
      expected: (x, size) =>
        tabulate([2, size('text'), 4], (i, j, k) => whole(x('a').at(i, j, k), x('b').at(j, k))),
      folds: true,
    },
    {
      file,
      name: `${name} ${dtype} with numbers on either side`,
      inputs: { a: input(['text']) },
      sizes: [{ text: 3 }],
      build: (x) => [operator(x('a'), 2), operator(3, x('a'))],
      expected: (x, size) => [
        tabulate([size('text')], (i) => whole(x('a').at(i), 2)),
        tabulate([size('text')], (i) => whole(3, x('a').at(i))),
      ],
      folds: true,
    },
  ];
}

const UNARY: readonly [string, (x: Tensor) => Tensor, (x: number) => number, ((u: number) => number)?][] = [
  ['sqrt', unary.sqrt, Math.sqrt, (u) => 4 * u],
  ['exp', unary.exp, Math.exp],
  ['log', unary.log, Math.log, (u) => 4 * u + 0.01],
  ['neg', unary.neg, (x) => 0 - x],
  ['abs', unary.abs, Math.abs],
  ['sin', unary.sin, Math.sin],
  ['cos', unary.cos, Math.cos],
  ['floor', unary.floor, Math.floor],
  ['ceil', unary.ceil, Math.ceil],
  ['round', unary.round, (x) => Math.floor(x + 0.5)],
  ['sign', unary.sign, Math.sign],
];

export const elementwiseCases: readonly OperatorCase[] = [
  ...ARITHMETIC.flatMap(([name, operator, compute]) =>
    (['float32', 'int64', 'int32'] as const).flatMap((dtype) =>
      binaryCases(name, name, operator, compute, dtype),
    ),
  ),
  ...COMPARISONS.flatMap(([name, operator, compute]) =>
    (['float32', 'int64'] as const).flatMap((dtype) =>
      binaryCases('comparison', name, operator, compute, dtype),
    ),
  ),
  ...UNARY.map(
    ([name, operator, compute, draw]): OperatorCase => ({
      file: 'unary',
      name,
      inputs: { x: { shape: [2, 'text'], ...(draw && { draw }) } },
      sizes: TEXTS,
      build: (x) => operator(x('x')),
      expected: (x) => new Grid(x('x').shape, x('x').data.map(compute)),
      folds: true,
    }),
  ),
  {
    file: 'unary',
    name: 'erf',
    inputs: { x: { shape: [5], values: [-2, -0.5, 0, 0.5, 2] } },
    build: (x) => unary.erf(x('x')),
    // Abramowitz and Stegun, table 7.1.
    expected: () => new Grid([5], [-0.995322265, -0.5204998778, 0, 0.5204998778, 0.995322265]),
  },
  {
    file: 'power',
    name: 'of a tensor by a number, by a tensor, and square',
    inputs: { x: { shape: ['text'], draw: (u) => u + 0.1 }, p: { shape: [2, 1] } },
    sizes: TEXTS,
    build: (x) => [power(x('x'), 3), power(x('x'), x('p')), square(x('x'))],
    expected: (x, size) => [
      tabulate([size('text')], (i) => x('x').at(i) ** 3),
      tabulate([2, size('text')], (i, j) => x('x').at(j) ** x('p').at(i, 0)),
      tabulate([size('text')], (i) => x('x').at(i) * x('x').at(i)),
    ],
    folds: true,
  },
  {
    file: 'unary',
    name: 'round, halves to even numbers',
    inputs: { x: { shape: [8], values: [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 4.5], dtype: 'float32' } },
    // Every step of the central differences would cross one.
    build: (x) => cast(unary.round(x('x')), 'int64'),
    expected: () => new Grid([8], [-2, -2, 0, 0, 2, 2, 4, 4]),
    folds: true,
  },
  {
    file: 'unary',
    name: 'sign of whole numbers',
    inputs: { x: { shape: [3], values: [-7, 0, 7], dtype: 'int64' } },
    build: (x) => unary.sign(x('x')),
    expected: () => new Grid([3], [-1, 0, 1]),
  },
  {
    file: 'stop-gradient',
    name: 'is nothing in answers',
    // Of whole numbers, which no slopes are asked of.
    inputs: { x: { shape: [2, 'text'], dtype: 'int64' }, seen: { shape: ['text'], dtype: 'bool' } },
    sizes: TEXTS,
    build: (x) => [stopGradient(x('x')), stopGradient(not(x('seen')))],
    expected: (x) => [
      x('x'),
      new Grid(
        x('seen').shape,
        x('seen').data.map((value) => 1 - value),
      ),
    ],
  },
  {
    file: 'dropout',
    name: 'is nothing in answers',
    inputs: { x: { shape: [2, 'text'] } },
    sizes: TEXTS,
    build: (x) => [dropout(x('x'), 0.5), dropout(multiply(x('x'), 2), 0)],
    expected: (x) => [
      x('x'),
      new Grid(
        x('x').shape,
        x('x').data.map((value) => 2 * value),
      ),
    ],
  },
  {
    file: 'divide',
    name: 'one by whole numbers, times others',
    inputs: { i: { shape: ['text'], dtype: 'int64', values: [-5, -2, -1, 2, 3, 7] } },
    sizes: [{ text: 6 }],
    build: (x) => [multiply(divide(1, x('i')), x('i')), multiply(divide(scalar(1, 'int64'), x('i')), 7)],
    expected: (x) => [
      new Grid(
        x('i').shape,
        x('i').data.map((value) => (value === -1 ? 1 : 0)),
      ),
      new Grid(
        x('i').shape,
        x('i').data.map((value) => (value === -1 ? -7 : 0)),
      ),
    ],
    folds: true,
  },
  {
    file: 'remainder',
    name: 'of whole numbers of either sign',
    inputs: {
      a: { shape: [2, 'text', 1], dtype: 'int64', draw: (u) => Math.floor(u * 21) - 10 },
      b: { shape: [4], dtype: 'int64', values: [-3, -1, 2, 5] },
      c: { shape: ['text'], dtype: 'int32', draw: (u) => Math.floor(u * 21) - 10 },
    },
    sizes: TEXTS,
    build: (x) => [remainder(x('a'), x('b')), remainder(-8, x('b')), remainder(x('c'), 4)],
    expected: (x, size) => {
      const left = (a: number, b: number) => (((a % b) + b) % b) + 0;
      return [
        tabulate([2, size('text'), 4], (i, j, k) => left(x('a').at(i, j, k), x('b').at(k))),
        tabulate([4], (k) => left(-8, x('b').at(k))),
        tabulate([size('text')], (i) => left(x('c').at(i), 4)),
      ];
    },
    folds: true,
  },
  {
    file: 'logical',
    name: 'and, or, not',
    inputs: { a: { shape: ['text', 1], dtype: 'bool' }, b: { shape: [8], dtype: 'bool' } },
    sizes: [{ text: 4 }],
    build: (x) => [and(x('a'), x('b')), or(x('a'), x('b')), not(x('a'))],
    expected: (x, size) => [
      tabulate([size('text'), 8], (i, j) => (x('a').at(i, 0) === 1 && x('b').at(j) === 1 ? 1 : 0)),
      tabulate([size('text'), 8], (i, j) => (x('a').at(i, 0) === 1 || x('b').at(j) === 1 ? 1 : 0)),
      tabulate([size('text'), 1], (i) => (x('a').at(i, 0) === 1 ? 0 : 1)),
    ],
    folds: true,
  },
  {
    file: 'where',
    name: 'broadcast, with a number on either side',
    inputs: { c: { shape: ['text', 1], dtype: 'bool' }, a: { shape: [4] }, b: { shape: ['text', 4] } },
    sizes: [{ text: 5 }],
    build: (x) => [where(x('c'), x('a'), x('b')), where(x('c'), x('a'), 0), where(x('c'), -1, x('b'))],
    expected: (x, size) => [
      tabulate([size('text'), 4], (i, j) => (x('c').at(i, 0) === 1 ? x('a').at(j) : x('b').at(i, j))),
      tabulate([size('text'), 4], (i, j) => (x('c').at(i, 0) === 1 ? x('a').at(j) : 0)),
      tabulate([size('text'), 4], (i, j) => (x('c').at(i, 0) === 1 ? -1 : x('b').at(i, j))),
    ],
    folds: true,
  },
  {
    file: 'cast',
    name: 'floats to integers and truths, truths to numbers, and through half precision',
    inputs: {
      x: { shape: [6], values: [-1.75, -0.5, 0, 0.5, 1.25, 200.5] },
      b: { shape: ['text'], dtype: 'bool' },
    },
    sizes: [{ text: 6 }],
    slopeTolerance: 0.05,
    build: (x) => [
      cast(x('x'), 'int64'),
      cast(x('x'), 'bool'),
      cast(x('b'), 'float32'),
      cast(cast(x('x'), 'float16'), 'float32'),
    ],
    expected: (x) => [
      new Grid([6], [-1, 0, 0, 0, 1, 200]),
      new Grid([6], [1, 1, 0, 1, 1, 1]),
      x('b'),
      new Grid([6], [-1.75, -0.5, 0, 0.5, 1.25, 200.5]),
    ],
  },
  {
    file: 'constant',
    name: 'vectors, scalars and matrices of several dtypes',
    inputs: {},
    build: () => [
      constant([1.5, -2, 3]),
      scalar(7, 'int64'),
      constant([1, 0, 0, 1], [2, 2], 'bool'),
      cast(constant([0.5, 1024], [2], 'float16'), 'float32'),
    ],
    expected: () => [
      new Grid([3], [1.5, -2, 3]),
      new Grid([], [7]),
      new Grid([2, 2], [1, 0, 0, 1]),
      new Grid([2], [0.5, 1024]),
    ],
  },
];
