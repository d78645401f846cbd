import { describeShape, fail } from '../operator.ts';
import { shownValue } from '../options/option-kinds.ts';
import { SPATIAL_AXES } from '../sentences/conv.ts';
import type { Dim, Shape } from '../tensor.ts';
import { addDims, isOpen, subtractDims } from './dim.ts';

/** How a window moves over the last axes of x: one number for all of them, or one for each. */
export interface WindowOptions {
  readonly stride?: number | readonly number[];
  /** Places added at the start and at the end of an axis: the same on both sides, or `[before, after]` for an axis. */
  readonly padding?: number | readonly (number | readonly [before: number, after: number])[];
  readonly dilation?: number | readonly number[];
}

/** The same, one number for each axis; padding at the starts of all axes, then at their ends, as ONNX has it. */
export type Window = {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
};

/** What the last axes of x are called in a shape: `height, width`. */
export function spatialAxes(rank: number): string {
  return SPATIAL_AXES[rank - 1] ?? `${rank} axes`;
}

/** The same in a sentence: `height and width`. */
export function spatialWords(rank: number): string {
  return spatialAxes(rank).replace(/, (?=\w+$)/, ' and ');
}

/** One whole number for each of the moving axes. */
export function eachAxis(
  operator: string,
  name: string,
  value: number | readonly number[],
  rank: number,
  least: number,
): readonly number[] {
  const values = typeof value === 'number' ? Array<number>(rank).fill(value) : value;
  if (!Array.isArray(values))
    fail(`${operator}: ${name} must be one number or ${rank}, but it is ${shownValue(value)}`);
  if (values.length !== rank)
    fail(`${operator}: ${name} must be one number or ${rank}, but it is ${shownValue(values)}`);
  const wrong = values.findIndex((each) => !Number.isSafeInteger(each) || each < least);
  if (wrong !== -1)
    fail(
      `${operator}: ${name} must be a whole number from ${least} up, but it is ${shownValue(values[wrong])}`,
    );
  return values;
}

/** @param defaultStride for each axis, where none is given */
export function windowOf(
  operator: string,
  rank: number,
  { stride, padding = 0, dilation = 1 }: WindowOptions,
  defaultStride: number | readonly number[] = 1,
): Window {
  if (typeof padding !== 'number' && !Array.isArray(padding))
    fail(`${operator}: padding must be one number or a list, but it is ${shownValue(padding)}`);
  const sides = [0, 1].map((side) =>
    typeof padding === 'number'
      ? padding
      : Array.from(padding, (each) => (typeof each === 'number' ? each : (each?.[side] ?? Number.NaN))),
  );
  return {
    stride: eachAxis(operator, 'stride', stride === undefined ? defaultStride : stride, rank, 1),
    padding: sides.flatMap((side) => eachAxis(operator, 'padding', side, rank, 0)),
    dilation: eachAxis(operator, 'dilation', dilation, rank, 1),
  };
}

/**
 * How many places a window has along each of the last axes of x: the padded size, less the window, by the stride,
 * rounded down, and one more. An open size needs a stride of 1.
 */
export function windowPlaces(
  operator: string,
  x: Shape,
  kernel: readonly number[],
  { stride, padding, dilation }: Window,
  describeKernel: string,
): Shape {
  const rank = kernel.length;
  return x.slice(-rank).map((size, axis): Dim => {
    const step = stride[axis] ?? 1;
    const around = (padding[axis] ?? 0) + (padding[axis + rank] ?? 0);
    const steps = subtractDims(addDims(size, around), (dilation[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) + 1);
    if (isOpen(steps)) {
      if (step === 1) return addDims(steps, 1);
      return fail(
        `${operator}: a stride of ${step} needs ${spatialWords(rank)} to be known, but x is ${describeShape(x)}`,
      );
    }
    if (Number(steps) < 0)
      fail(`${operator}: the kernel ${describeKernel} is larger than x ${describeShape(x)}`);
    return Math.floor(Number(steps) / step) + 1;
  });
}
