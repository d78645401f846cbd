import type { BatchArrays, BatchDtype } from '../../dsl/program/recipe.ts';
import { Tensor } from '../onnx-runtime.ts';

/** Values of one input of a graph, in a form that may cross threads. */
export interface Feed {
  readonly dtype: BatchDtype;
  readonly shape: readonly number[];
  readonly data: BatchArrays[BatchDtype];
}
export type Feeds = Readonly<Record<string, Feed>>;

export function tensorOf({ dtype, data, shape }: Feed): Tensor {
  return new Tensor(dtype, data, shape);
}

export function float32Feed(values: readonly number[], shape: readonly number[]): Feed {
  return { dtype: 'float32', shape, data: Float32Array.from(values) };
}
