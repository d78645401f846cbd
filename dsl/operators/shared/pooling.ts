import { sentence } from '../../errors/sentence.ts';
import { describeShape, fail } from '../../operator.ts';
import { POOL_AXES } from '../../sentences/conv.ts';
import {
  eachAxis,
  spatialAxes,
  spatialWords,
  type Window,
  type WindowOptions,
  windowOf,
  windowPlaces,
} from '../../shape/window.ts';
import type { ConstantTensor, Inputs, Tensor, TensorType } from '../../tensor.ts';
import { concat } from '../concat.ts';
import { scalar } from '../constant.ts';
import { expand } from '../expand.ts';
import { fixedShape } from './dims.ts';
import { numbersOf, offsets, stridesOf } from './elements.ts';
import { checkDtype, FLOATS, required } from './inputs.ts';

export interface PoolOptions extends Omit<WindowOptions, 'dilation'> {
  /** Keep the last window where it reaches beyond the padded end (PyTorch's `ceil_mode`). Default false. */
  readonly ceil?: boolean;
}

/** A window over x, its padding grown at the ends where the last window reaches beyond them. */
export interface Pooling {
  readonly kernel: readonly number[];
  /** With the padding that was asked for. */
  readonly asked: Window;
  readonly window: Window;
  /** Sizes of the axes that it moves over, and how many places it has. */
  readonly sizes: readonly number[];
  readonly places: readonly number[];
}

/** Checks what a pool is given: every window must see something of x. */
export function poolingOf(
  name: string,
  rank: number,
  x: Tensor,
  kernel: number | readonly number[],
  { ceil = false, ...options }: PoolOptions & WindowOptions,
): Pooling {
  checkDtype(name, 'x', x, FLOATS);
  if (x.shape.length !== rank + 2)
    fail(sentence(POOL_AXES, { operator: name, axes: spatialAxes(rank), x: describeShape(x.shape) }));
  const sizes = fixedShape(x.shape.slice(2));
  if (sizes === undefined)
    return fail(
      `${name}: ${spatialWords(rank)} must be known, but x is ${describeShape(x.shape)}; over a whole axis take reduceMax or reduceMean`,
    );
  const kernels = eachAxis(name, 'kernel', kernel, rank, 1);
  const asked = windowOf(name, rank, options, kernels);
  const axes = sizes.map((size, axis) => {
    const one = (values: readonly number[], index = axis) => values[index] ?? 0;
    const reach = one(asked.dilation) * (one(kernels) - 1) + 1;
    const [before, after, step] = [one(asked.padding), one(asked.padding, axis + rank), one(asked.stride)];
    if (2 * before > reach || 2 * after > reach)
      fail(
        `${name}: padding must be at most half of the window, ${reach}, but it is ${Math.max(before, after)}`,
      );
    const steps = size + before + after - reach;
    if (steps < 0)
      fail(`${name}: the kernel ${describeShape(kernels)} is larger than x ${describeShape(x.shape)}`);
    const whole = (ceil ? Math.ceil(steps / step) : Math.floor(steps / step)) + 1;
    // A window that would start behind x is left out.
    const places = ceil && (whole - 1) * step >= size + before ? whole - 1 : whole;
    return { places, before, after: Math.max(after, (places - 1) * step + reach - size - before) };
  });
  const padding = [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)];
  const pooling = {
    kernel: kernels,
    asked,
    window: { ...asked, padding },
    sizes,
    places: axes.map(({ places }) => places),
  };
  if (
    !isWhole(pooling) &&
    countsOf(
      pooling,
      asked.padding.map(() => 0),
    )
      .flat()
      .includes(0)
  )
    fail(
      `${name}: a window sees nothing but padding of x ${describeShape(x.shape)}; choose less dilation or padding`,
    );
  return pooling;
}

/** The type of what a pool gives for a whole window: x's dtype, with a place for each window. */
export function pooledType(
  operator: string,
  inputs: Inputs,
  kernel: readonly number[],
  window: Window,
): TensorType {
  const x = required(operator, inputs, 0, 'x');
  checkDtype(operator, 'x', x, FLOATS);
  const places = windowPlaces(operator, x.shape, kernel, window, describeShape(kernel));
  return { dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...places] };
}

const isWhole = ({ window }: Pooling) => window.padding.every((size) => size === 0);

/** For every axis, how many places of each window lie within x and so much of what is around it. */
export function countsOf(
  { kernel, window, sizes, places }: Pooling,
  around: readonly number[],
): readonly (readonly number[])[] {
  return sizes.map((size, axis) =>
    Array.from({ length: places[axis] ?? 0 }, (_, place) => {
      const start = place * (window.stride[axis] ?? 1) - (window.padding[axis] ?? 0);
      return Array.from(
        { length: kernel[axis] ?? 1 },
        (_, step) => start + step * (window.dilation[axis] ?? 1),
      ).filter((at) => at >= -(around[axis] ?? 0) && at < size + (around[axis + sizes.length] ?? 0)).length;
    }),
  );
}

/** Whether each axis is padded alike at both ends: what every provider's kernels take. */
export function isSymmetric({ window: { padding }, sizes }: Pooling): boolean {
  return sizes.every((_, axis) => padding[axis] === padding[axis + sizes.length]);
}

/** x with a value around it as the window has it. */
export function surrounded(x: Tensor, value: number, { window: { padding }, sizes }: Pooling): Tensor {
  return sizes.reduce((inner, _size, axis) => {
    const border = (size: number) =>
      size === 0 ? [] : [expand(scalar(value, x.dtype), inner.shape.with(axis + 2, size))];
    const parts = [...border(padding[axis] ?? 0), inner, ...border(padding[axis + sizes.length] ?? 0)];
    return parts.length === 1 ? inner : concat(parts, axis + 2);
  }, x);
}

/** The same window over what is padded already. */
export function unpadded({ window }: Pooling): Window {
  return { ...window, padding: window.padding.map(() => 0) };
}

/** The values of a constant that each window sees, for every element of the result in its order. */
export function valuesSeen(
  x: ConstantTensor,
  result: readonly number[],
  kernel: readonly number[],
  { stride, padding, dilation }: Window,
): readonly (readonly number[])[] | undefined {
  const numbers = numbersOf(x.data);
  if (numbers === undefined) return undefined;
  const strides = stridesOf(x.shape);
  const [planes, places] = [result.slice(0, 2), result.slice(2)];
  const starts = offsets(planes, strides.slice(0, 2));
  const windows = offsets(places, stridesOf(places));
  return [...starts].flatMap((start) =>
    [...windows].map((_, place) => {
      let seen: readonly number[] = [start];
      for (const [axis, count] of places.entries()) {
        const later = places.slice(axis + 1).reduce((product, size) => product * size, 1);
        const first = (Math.floor(place / later) % count) * (stride[axis] ?? 1) - (padding[axis] ?? 0);
        const along = Array.from(
          { length: kernel[axis] ?? 1 },
          (_, step) => first + step * (dilation[axis] ?? 1),
        ).filter((at) => at >= 0 && at < (x.shape[axis + 2] ?? 0));
        seen = seen.flatMap((before) => along.map((at) => before + at * (strides[axis + 2] ?? 1)));
      }
      return seen.map((at) => numbers[at] ?? Number.NaN);
    }),
  );
}
