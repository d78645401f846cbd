import { biasGelu } from '../../../dsl/operators/bias-gelu.ts';
import { gelu } from '../../../dsl/operators/gelu.ts';
import { geluTanh } from '../../../dsl/operators/gelu-tanh.ts';
import { quickGelu } from '../../../dsl/operators/quick-gelu.ts';
import { relu } from '../../../dsl/operators/relu.ts';
import { sigmoid } from '../../../dsl/operators/sigmoid.ts';
import { silu } from '../../../dsl/operators/silu.ts';
import { softplus } from '../../../dsl/operators/softplus.ts';
import { squaredRelu } from '../../../dsl/operators/squared-relu.ts';
import { tanh } from '../../../dsl/operators/tanh.ts';
import type { Tensor } from '../../../dsl/tensor.ts';
import { Grid, type OperatorCase, sum, tabulate } from '../case.ts';

/** Simpson's rule over the defining integral; exact to about 1e-9 here. */
function erf(x: number): number {
  const steps = 400;
  const step = x / steps;
  const weight = (index: number) => (index === 0 || index === steps ? 1 : index % 2 === 1 ? 4 : 2);
  return (
    (2 / Math.sqrt(Math.PI)) *
    (step / 3) *
    sum(steps + 1, (index) => weight(index) * Math.exp(-((index * step) ** 2)))
  );
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));
const exactGelu = (x: number) => (x / 2) * (1 + erf(x / Math.SQRT2));

/** tanh(z) = 2 logistic(2z) - 1, so that half of 1 + tanh is one logistic function. */
const tanhGelu = (x: number) => x * logistic(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3));

const ACTIVATIONS: readonly [string, (x: Tensor) => Tensor, (x: number) => number][] = [
  ['tanh', tanh, Math.tanh],
  ['sigmoid', sigmoid, logistic],
  ['relu', relu, (x) => Math.max(x, 0)],
  ['squared-relu', squaredRelu, (x) => (x > 0 ? x * x : 0)],
  ['gelu', gelu, exactGelu],
  ['gelu-tanh', geluTanh, tanhGelu],
  ['quick-gelu', quickGelu, (x) => x * logistic(1.702 * x)],
  ['silu', silu, (x) => x * logistic(x)],
  ['softplus', softplus, (x) => Math.log1p(Math.exp(x))],
];

export const activationCases: readonly OperatorCase[] = [
  ...ACTIVATIONS.map(
    ([file, operator, compute]): OperatorCase => ({
      file,
      name: 'of 3 axes',
      inputs: { x: { shape: [2, 'text', 5], draw: (u) => 8 * u - 4 } },
      sizes: [{ text: 3 }, { text: 0 }],
      build: (x) => operator(x('x')),
      expected: (x) => new Grid(x('x').shape, x('x').data.map(compute)),
    }),
  ),
  {
    file: 'softplus',
    name: 'where exponentials overflow or vanish',
    inputs: { x: { shape: [5], values: [-1000, -100, 0, 100, 1000] } },
    build: (x) => softplus(x('x')),
    expected: () => new Grid([5], [0, 0, Math.LN2, 100, 1000]),
  },
  {
    file: 'bias-gelu',
    name: 'of 3 axes',
    inputs: { x: { shape: [2, 'text', 6] }, bias: { shape: [6] } },
    sizes: [{ text: 3 }, { text: 1 }],
    build: (x) => biasGelu(x('x'), x('bias')),
    expected: (x, size) =>
      tabulate([2, size('text'), 6], (i, j, k) => exactGelu(x('x').at(i, j, k) + x('bias').at(k))),
  },
];
