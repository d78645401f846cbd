import { type Dim, input, type Tensor } from '../../dsl/index.ts';

/** The inputs of `makers.ts` as tensors of which the type checker knows nothing: their sizes are those of run time. */
export const f = (...shape: readonly Dim[]): Tensor => input('f', 'float32', shape);
export const h = (...shape: readonly Dim[]): Tensor => input('h', 'float16', shape);
export const i = (...shape: readonly Dim[]): Tensor => input('i', 'int64', shape);
export const b = (...shape: readonly Dim[]): Tensor => input('b', 'bool', shape);
