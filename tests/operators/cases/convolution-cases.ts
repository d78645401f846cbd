import { type ConvOptions, conv1d, conv2d, conv3d } from '../../../dsl/operators/conv.ts';
import { convTranspose } from '../../../dsl/operators/conv-transpose.ts';
import type { Tensor } from '../../../dsl/tensor.ts';
import { type Grid, type OperatorCase, sum, tabulate } from '../case.ts';

/** A convolution's options written out for each axis, as the independent computation takes them. */
interface Written {
  readonly options: ConvOptions;
  readonly stride: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

const PLAIN: readonly Written[] = [
  { options: {}, stride: [1, 1, 1], before: [0, 0, 0], after: [0, 0, 0], dilation: [1, 1, 1], groups: 1 },
  {
    options: { stride: 2 },
    ...{ stride: [2, 2, 2], before: [0, 0, 0], after: [0, 0, 0], dilation: [1, 1, 1], groups: 1 },
  },
  {
    options: { padding: 1, dilation: 2, groups: 2 },
    ...{ stride: [1, 1, 1], before: [1, 1, 1], after: [1, 1, 1], dilation: [2, 2, 2], groups: 2 },
  },
];

/** Convolutions of 4 channels to 6 by kernels of 2 and 3 places. */
const CASES: readonly (Written & { readonly size: readonly number[]; readonly kernel: readonly number[] })[] =
  [
    ...PLAIN.map((each) => ({ ...each, size: [9], kernel: [3] })),
    ...PLAIN.map((each) => ({ ...each, size: [6, 8], kernel: [2, 3] })),
    ...PLAIN.map((each) => ({ ...each, size: [3, 4, 5], kernel: [2, 1, 3] })),
    {
      options: { padding: [[2, 0]], stride: 3, groups: 2 },
      ...{ stride: [3], before: [2], after: [0], dilation: [1], groups: 2, size: [8], kernel: [3] },
    },
    {
      options: { padding: [[0, 1], 2], stride: [2, 3], dilation: [1, 2] },
      ...{ stride: [2, 3], before: [0, 2], after: [1, 2], dilation: [1, 2], groups: 1 },
      ...{ size: [6, 8], kernel: [2, 3] },
    },
    {
      options: { padding: [[0, 1], 0, [2, 1]], stride: [1, 2, 1], groups: 2 },
      ...{ stride: [1, 2, 1], before: [0, 0, 2], after: [1, 0, 1], dilation: [1, 1, 1], groups: 2 },
      ...{ size: [3, 5, 4], kernel: [2, 2, 3] },
    },
  ];

const convolve = (x: Tensor, weight: Tensor, bias: Tensor | undefined, options: ConvOptions): Tensor =>
  ([conv1d, conv2d, conv3d][x.shape.length - 3] ?? conv2d)(x, weight, bias, options);

/** Sums over all indices of a shape. */
function sumOver(shape: readonly number[], term: (index: readonly number[]) => number): number {
  return shape.length === 0
    ? term([])
    : sum(shape[0] ?? 0, (first) => sumOver(shape.slice(1), (rest) => term([first, ...rest])));
}

const placesOf = (
  size: readonly number[],
  { stride, before, after, dilation, kernel }: (typeof CASES)[number],
) =>
  size.map((length, axis) =>
    Math.floor(
      (length +
        (before[axis] ?? 0) +
        (after[axis] ?? 0) -
        (dilation[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) -
        1) /
        (stride[axis] ?? 1) +
        1,
    ),
  );

/** The place of the input that a place of the result sees through a place of the kernel. */
const seenFrom = (
  place: readonly number[],
  inKernel: readonly number[],
  { stride, before, dilation }: Written,
) =>
  place.map(
    (at, axis) =>
      at * (stride[axis] ?? 1) - (before[axis] ?? 0) + (inKernel[axis] ?? 0) * (dilation[axis] ?? 1),
  );

function convolved(x: Grid, weight: Grid, each: (typeof CASES)[number]): Grid {
  const size = x.shape.slice(2);
  const inner = 4 / each.groups;
  return tabulate([x.shape[0] ?? 0, 6, ...placesOf(size, each)], (b, o, ...place) =>
    sumOver([inner, ...each.kernel], ([c = 0, ...inKernel]) => {
      const seen = seenFrom(place, inKernel, each);
      const outside = seen.some((at, axis) => at < 0 || at >= (size[axis] ?? 0));
      const channel = Math.floor((o ?? 0) / (6 / each.groups)) * inner + c;
      return outside ? 0 : x.at(b ?? 0, channel, ...seen) * weight.at(o ?? 0, c, ...inKernel);
    }),
  );
}

/** Every place of y adds itself to the places that it was computed from. */
function spread(y: Grid, weight: Grid, each: (typeof CASES)[number]): Grid {
  const inner = 4 / each.groups;
  const places = y.shape.slice(2);
  return tabulate([y.shape[0] ?? 0, 4, ...each.size], (b = 0, c = 0, ...at) =>
    sumOver([6 / each.groups, ...places, ...each.kernel], ([o = 0, ...rest]) => {
      const place = rest.slice(0, places.length);
      const inKernel = rest.slice(places.length);
      const out = Math.floor(c / inner) * (6 / each.groups) + o;
      const hits = seenFrom(place, inKernel, each).every((seen, axis) => seen === at[axis]);
      return hits ? y.at(b, out, ...place) * weight.at(out, c % inner, ...inKernel) : 0;
    }),
  );
}

const titleOf = ({ options, size }: (typeof CASES)[number]) =>
  `${size.length} axes ${JSON.stringify(options)}`;

export const convolutionCases: readonly OperatorCase[] = [
  ...CASES.map(
    (each): OperatorCase => ({
      file: 'conv',
      name: titleOf(each),
      inputs: {
        x: { shape: ['batch', 4, ...each.size] },
        weight: { shape: [6, 4 / each.groups, ...each.kernel] },
        bias: { shape: [6] },
      },
      sizes: [{ batch: 2 }],
      build: (x) => [
        convolve(x('x'), x('weight'), x('bias'), each.options),
        convolve(x('x'), x('weight'), undefined, each.options),
      ],
      expected: (x) => {
        const bare = convolved(x('x'), x('weight'), each);
        return [tabulate(bare.shape, (b, o = 0, ...at) => bare.at(b ?? 0, o, ...at) + x('bias').at(o)), bare];
      },
    }),
  ),
  ...CASES.map(
    (each): OperatorCase => ({
      file: 'conv-transpose',
      name: titleOf(each),
      inputs: {
        y: { shape: ['batch', 6, ...placesOf(each.size, each)] },
        weight: { shape: [6, 4 / each.groups, ...each.kernel] },
      },
      sizes: [{ batch: 2 }],
      build: (x) => convTranspose(x('y'), x('weight'), each.size, each.options),
      expected: (x) => spread(x('y'), x('weight'), each),
    }),
  ),
  {
    file: 'conv',
    name: 'of an open length, causal, each channel by itself',
    inputs: { x: { shape: ['batch', 4, 'text'] }, weight: { shape: [4, 1, 3] } },
    sizes: [
      { batch: 2, text: 5 },
      { batch: 1, text: 1 },
    ],
    build: (x) => conv1d(x('x'), x('weight'), undefined, { padding: [[2, 0]], groups: 4 }),
    expected: (x) =>
      tabulate(x('x').shape, (b = 0, c = 0, i = 0) =>
        sum(3, (k) => (i + k < 2 ? 0 : x('x').at(b, c, i + k - 2) * x('weight').at(c, 0, k))),
      ),
  },
  {
    file: 'conv',
    name: 'of channels that come in threes',
    inputs: { x: { shape: ['batch', 9, 7] }, weight: { shape: [8, 9, 3] }, bias: { shape: [8] } },
    sizes: [{ batch: 2 }],
    build: (x) => conv1d(x('x'), x('weight'), x('bias'), { padding: 1 }),
    expected: (x) =>
      tabulate(
        [2, 8, 7],
        (b = 0, c = 0, i = 0) =>
          x('bias').at(c) +
          sum(9, (from) =>
            sum(3, (k) => {
              const place = i + k - 1;
              return place < 0 || place > 6 ? 0 : x('x').at(b, from, place) * x('weight').at(c, from, k);
            }),
          ),
      ),
  },
  {
    file: 'conv',
    name: 'of open height and width',
    inputs: { x: { shape: [2, 4, 'height', 'width'] }, weight: { shape: [6, 4, 2, 3] } },
    sizes: [{ height: 4, width: 5 }],
    build: (x) => conv2d(x('x'), x('weight'), undefined, { padding: [0, 1] }),
    expected: (x) =>
      convolved(x('x'), x('weight'), {
        ...{ options: {}, stride: [1, 1], before: [0, 1], after: [0, 1], dilation: [1, 1], groups: 1 },
        ...{ size: [], kernel: [2, 3] },
      }),
  },
];
