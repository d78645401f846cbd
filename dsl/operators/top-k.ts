import type { Dtype } from '../dtype.ts';
import { applyAll, defineOperator } from '../operator.ts';
import { resolveAxis } from '../shape/axis.ts';
import { topKShape } from '../shape/top-k.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { HasAxis } from '../types/axis.ts';
import type { Accept } from '../types/dtypes.ts';
import type { Both, Checked } from '../types/problem.ts';
import type { TopK, TopKSize, ValuesAndIndices } from '../types/shape/top-k.ts';
import { fromLines, linesAlong, scatterAlongAxis } from './shared/along-axis.ts';
import { fixedShape } from './shared/dims.ts';
import { foldable, pack } from './shared/elements.ts';
import { checkDtype, ORDERED, required } from './shared/inputs.ts';

export interface TopKOptions {
  /** The largest elements, or the smallest. Default true. */
  readonly largest?: boolean;
}

export const topKOperator = defineOperator<{ k: Dim; axis: number; largest: boolean }>({
  name: 'topK',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs, { k, axis }) {
    const x = required('topK', inputs, 0, 'x');
    checkDtype('topK', 'x', x, ORDERED);
    const shape = topKShape(x.shape, k, axis);
    return [
      { dtype: x.dtype, shape },
      { dtype: 'int64', shape },
    ];
  },
  lower(emit, inputs, { attributes: { k, axis, largest } }) {
    return emit.nodes('TopK', [...inputs, emit.shape([k])], 2, { axis, largest, sorted: true });
  },
  // What was chosen gets what came back to it; the others do not matter.
  gradient: ({ cotangent, input, outputs: [, indices], attributes: { axis } }) => [
    indices && scatterAlongAxis(cotangent, indices, axis, input(0).shape),
  ],
  fold([x], { k, axis, largest }, types) {
    const shape = fixedShape(types[0]?.shape ?? []);
    if (x === undefined || shape === undefined || !foldable([x], types)) return undefined;
    const place = resolveAxis('topK', x.shape, axis);
    const lines = linesAlong(x, place);
    // Where NaN stands among numbers is not said anywhere.
    if (lines === undefined || lines.flat().some(Number.isNaN)) return undefined;
    const chosen = lines.map((line) =>
      [...line.entries()]
        .sort(([i, a], [j, b]) => (a === b ? i - j : a < b === largest ? 1 : -1))
        .slice(0, Number(k)),
    );
    const results = [1, 0].map((part) =>
      pack(
        fromLines(
          chosen.map((line) => line.map((entry) => entry[part] ?? 0)),
          shape,
          place,
        ),
        types[1 - part]?.dtype ?? 'int64',
      ),
    );
    return results.every((data) => data !== undefined) ? results : undefined;
  },
});

/**
 * The k largest elements along one axis, and where they were: `[values, indices]`, largest first, both in x's shape
 * with k in the place of the axis. Of equal elements the one that comes first counts as larger (with `largest: false`,
 * as smaller), where PyTorch leaves that open. Where NaN comes is not defined. The gradient goes to the chosen elements.
 *
 * @param x floats, int64 or int32
 * @param k from 1 to the size of the axis; may be open (`'experts'`): it is checked when the model runs then
 * @param axis may count from the end; default -1
 * @returns values of x's dtype, indices int64
 */
export function topK<D extends Dtype, S extends Shape, K extends Dim, A extends number = -1>(
  x: Checked<Accept<'topK', 'x', D, 'a float dtype or int64 or int32'>, Tensor<D, S>>,
  k: Checked<TopKSize<S, K, A>, K>,
  axis?: Checked<HasAxis<'topK', S, A>, A>,
  options?: TopKOptions,
): ValuesAndIndices<D, Both<Accept<'topK', 'x', D, 'a float dtype or int64 or int32'>, TopK<S, K, A>>>;
export function topK(x: Tensor, k: Dim, axis = -1, { largest = true }: TopKOptions = {}): readonly Tensor[] {
  return applyAll(topKOperator, [x], { k, axis, largest });
}
