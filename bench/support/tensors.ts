import { type Packing, packingFeeds } from '../../runtime/media/packing.ts';
import { Tensor } from '../../runtime/onnx-runtime.ts';
import { type TextLayout, textFeeds } from '../../runtime/prompt/layout.ts';
import type { Feeds } from './open-graph.ts';
import { normalValues } from './weights.ts';

export function normalTensor(...shape: readonly number[]): Tensor {
  return new Tensor(
    'float32',
    normalValues(
      shape.reduce((product, size) => product * size, 1),
      1,
    ),
    shape,
  );
}

/** The index inputs of the language graph. */
export function layoutFeeds(layout: TextLayout & Packing): Feeds {
  return { ...textFeeds(layout), ...packingFeeds(layout, layout) };
}

/** The last row of each tensor: the image that new text looks at. */
export function lastRows(feeds: Feeds): Feeds {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { data, dims }]) => {
      if (!(data instanceof Float32Array)) throw new Error(`${name} is not float32`);
      const [rows = 1, ...rest] = dims;
      return [name, new Tensor('float32', data.slice(data.length - data.length / rows), [1, ...rest])];
    }),
  );
}

/** Of the largest magnitude: rounding of float32 through a model, and far below any mistake. */
const TOLERANCE = 1e-3;

/** @throws Error where the outputs of two forms of the same model differ: their times would not be comparable. */
export function requireEqual(left: Feeds, right: Feeds): void {
  for (const [name, { data }] of Object.entries(left)) {
    const other = right[name]?.data;
    if (!(data instanceof Float32Array && other instanceof Float32Array))
      throw new Error(`${name} is not float32`);
    let largest = 0;
    let difference = 0;
    for (const [index, value] of data.entries()) {
      largest = Math.max(largest, Math.abs(value));
      difference = Math.max(difference, Math.abs(value - (other[index] ?? Number.NaN)));
    }
    if (!(largest > 0 && difference <= TOLERANCE * largest)) {
      throw new Error(`the two forms differ by ${difference} in ${name}, whose largest value is ${largest}`);
    }
  }
}
