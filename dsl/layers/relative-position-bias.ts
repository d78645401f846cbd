import { atCallSite } from '../at-call-site.ts';
import { constant } from '../operators/constant.ts';
import { gather } from '../operators/gather.ts';
import { reshape } from '../operators/reshape.ts';
import { checkTable, checkWhole } from '../operators/shared/grid.ts';
import { transpose } from '../operators/transpose.ts';
import { normal, type Parameter, parameter } from '../parameter.ts';
import { withinScope } from '../scope.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { Canonical } from '../types/dim.ts';

export interface RelativePositionBiasLayer<Heads extends Dim> {
  /** float32 `[1, heads, rows*columns, rows*columns]`: the `bias` of `attention` among the places of the grid. */
  (): Tensor<'float32', readonly [1, Heads, number, number]>;
  readonly parts: { readonly table: Parameter<'float32', readonly [number, Heads]> };
}

export interface RelativePositionBiasOptions<Heads extends number = number> {
  readonly heads: Heads;
  /** Places of the grid from top to bottom, and from left to right; 1 row for a sequence. */
  readonly rows: number;
  readonly columns: number;
}

/**
 * A learned bias of attention for every distance between two places of a grid, head by head (Liu et al. 2021, arXiv
 * 2103.14030); parameter `table` `[(2 rows - 1) * (2 columns - 1), heads]`, which starts normal with deviation 0.02. Row
 * `(dy + rows - 1) * (2 columns - 1) + dx + columns - 1` is for a query `dy` rows below and `dx` columns right of its key,
 * as in Swin's `relative_position_bias_table`.
 */
export function relativePositionBias<const Heads extends number>({
  heads,
  rows,
  columns,
}: RelativePositionBiasOptions<Heads>): RelativePositionBiasLayer<Canonical<Heads>> {
  atCallSite(() => {
    checkWhole('relativePositionBias', { heads, rows, columns });
    checkTable('relativePositionBias', (rows * columns) ** 2);
  });
  const parts = { table: parameter([(2 * rows - 1) * (2 * columns - 1), heads], normal(0.02)) };
  const places = rows * columns;
  const distances: number[] = [];
  for (let query = 0; query < places; query += 1) {
    for (let key = 0; key < places; key += 1) {
      const dy = Math.floor(query / columns) - Math.floor(key / columns);
      const dx = (query % columns) - (key % columns);
      distances.push((dy + rows - 1) * (2 * columns - 1) + dx + columns - 1);
    }
  }
  const shape: Shape = [1, heads, places, places];
  const call = (): Tensor =>
    withinScope({ block: call, name: 'relativePositionBias' }, () => {
      const table: Tensor = parts.table;
      const chosen = gather(table, constant(distances, [distances.length], 'int64'), 0);
      return reshape(transpose(chosen, [1, 0]), shape);
    });
  // What is computed above is what the layer's type says.
  return Object.assign(call, { parts }) as unknown as RelativePositionBiasLayer<Canonical<Heads>>;
}
