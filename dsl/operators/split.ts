import { atCallSite } from '../at-call-site.ts';
import type { Dtype } from '../dtype.ts';
import { sentence } from '../errors/sentence.ts';
import { applyAll, defineOperator, describeShape, fail } from '../operator.ts';
import { PARTS, UNEVEN } from '../sentences/split.ts';
import { resolveAxis } from '../shape/axis.ts';
import { addDims, divideDims, equalDims } from '../shape/dim.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Checked } from '../types/problem.ts';
import type { Chunk, ChunkTensors, Split, SplitTensors } from '../types/shape/split.ts';
import { concat } from './concat.ts';
import { dimsFromAttribute, dimsToAttribute } from './shared/dims.ts';
import { required } from './shared/inputs.ts';

export const splitOperator = defineOperator<{ sizes: readonly string[]; axis: number }>({
  name: 'split',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs, attributes) {
    const x = required('split', inputs, 0, 'x');
    const axis = resolveAxis('split', x.shape, attributes.axis);
    const sizes = dimsFromAttribute(attributes.sizes);
    const size = x.shape[axis] ?? 0;
    const sum = addDims(...sizes);
    if (!equalDims(sum, size)) {
      fail(sentence(PARTS, { axis, shape: describeShape(x.shape), size, sum }));
    }
    return sizes.map((part) => ({ dtype: x.dtype, shape: x.shape.with(axis, part) }));
  },
  lower(emit, inputs, { attributes, outputs }) {
    const sizes = emit.shape(dimsFromAttribute(attributes.sizes));
    return emit.nodes('Split', [...inputs, sizes], outputs.length, { axis: attributes.axis });
  },
  gradient: ({ cotangents, attributes: { axis } }) => [concat(cotangents, axis)],
});

/**
 * Cuts one axis into parts of the given sizes, which add up to it; sizes may be open.
 *
 * @param axis may count from the end; default -1
 */
export function split<D extends Dtype, S extends Shape, const Sizes extends Shape, A extends number = -1>(
  x: Tensor<D, S>,
  sizes: Checked<Split<S, Sizes, A>, Sizes>,
  axis?: A,
): SplitTensors<D, S, Split<S, Sizes, A>, A>;
export function split(x: Tensor, sizes: Shape, axis = -1): readonly Tensor[] {
  return applyAll(splitOperator, [x], { sizes: dimsToAttribute(sizes), axis });
}

/**
 * Cuts one axis into `parts` equal parts, as a fused projection to keys and values is.
 *
 * @param axis may count from the end; default -1
 * @throws ModelError when the axis does not divide evenly
 */
export function chunk<D extends Dtype, S extends Shape, N extends number, A extends number = -1>(
  x: Tensor<D, S>,
  parts: Checked<Chunk<S, N, A>, N>,
  axis?: A,
): ChunkTensors<D, Chunk<S, N, A>, N>;
export function chunk(x: Tensor, parts: number, axis = -1): readonly Tensor[] {
  return atCallSite(() => {
    const size = x.shape[resolveAxis('chunk', x.shape, axis)] ?? 0;
    const part =
      divideDims(size, parts) ?? fail(sentence(UNEVEN, { axis, shape: describeShape(x.shape), size, parts }));
    return split(x, Array<typeof part>(parts).fill(part), axis);
  });
}
