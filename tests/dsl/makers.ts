import { type Dim, input } from '../../dsl/index.ts';

/** Inputs for the cases of shapes, whose sizes the type checker knows. */
export const f = <const S extends readonly Dim[]>(...shape: S) => input('f', 'float32', shape);
export const h = <const S extends readonly Dim[]>(...shape: S) => input('h', 'float16', shape);
export const i = <const S extends readonly Dim[]>(...shape: S) => input('i', 'int64', shape);
export const b = <const S extends readonly Dim[]>(...shape: S) => input('b', 'bool', shape);
