import type { Dim, Shape } from '../tensor.ts';

/** Whether a size says nothing: plain `number` or `string` (or `any`, after an earlier mistake). */
export type IsWide<D> = [number] extends [D] ? true : [string] extends [D] ? true : false;

/** Whether not even the number of axes is known. */
export type IsWideShape<S extends Shape> = number extends S['length'] ? true : false;

/** What arithmetic on a wide size gives. */
export type Wide = Dim;
