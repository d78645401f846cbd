import { applyAll, defineOperator } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import type { Checked } from '../types/problem.ts';
import type { FloatShape, LastAxis } from '../types/shape/last-axis.ts';
import type { Skip, SkipTensors } from '../types/shape/skip.ts';
import { add } from './add.ts';
import { layerNormalize } from './layer-normalize.ts';
import { required } from './shared/inputs.ts';
import { named } from './shared/names.ts';
import { fitsSkipKernel, inferSkipNormalize } from './shared/skip.ts';

export const skipLayerNormalizeOperator = defineOperator<{ epsilon: number }>({
  name: 'skipLayerNormalize',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  fused: true,
  infer: (inputs) => inferSkipNormalize('skipLayerNormalize', inputs),
  lower(emit, inputs, { attributes, inputs: [x] }) {
    const epsilon = { float: attributes.epsilon };
    if (!fitsSkipKernel(x?.shape)) {
      const sum = emit.node('Add', inputs.slice(0, 2));
      return [emit.node('LayerNormalization', [sum, ...inputs.slice(2)], { axis: -1, epsilon }), sum];
    }
    const results = emit.nodes('SkipLayerNormalization', inputs, 4, { epsilon }, 'com.microsoft');
    return [named(results, 0), named(results, 3)];
  },
  gradient: 'through decomposition',
  decompose(inputs, { epsilon }) {
    const sum = add(
      required('skipLayerNormalize', inputs, 0, 'x'),
      required('skipLayerNormalize', inputs, 1, 'skip'),
    );
    return [
      layerNormalize(sum, required('skipLayerNormalize', inputs, 2, 'weight'), inputs[3], epsilon),
      sum,
    ];
  },
});

/**
 * The sum of a residual connection and its layer normalisation in one pass: `[layerNormalize(x + skip), x + skip]`.
 * ONNX Runtime's SkipLayerNormalization.
 *
 * @param x, skip `[..., dim]`, of one shape
 * @param weight, bias `[dim]`; bias default none
 * @param epsilon default 1e-5
 */
export function skipLayerNormalize<
  X extends Tensor,
  Y extends Tensor,
  W extends Tensor,
  B extends Tensor | undefined = undefined,
>(
  x: Checked<FloatShape<'skipLayerNormalize', X>, X>,
  skip: Checked<Skip<'skipLayerNormalize', X, Y>, Y>,
  weight: Checked<LastAxis<'skipLayerNormalize', X, 'weight', W>, W>,
  bias?: Checked<LastAxis<'skipLayerNormalize', X, 'bias', B>, B>,
  epsilon?: number,
): SkipTensors<'skipLayerNormalize', X, Y, W, B>;
export function skipLayerNormalize(
  x: Tensor,
  skip: Tensor,
  weight: Tensor,
  bias?: Tensor,
  epsilon = 1e-5,
): readonly Tensor[] {
  const inputs = bias === undefined ? [x, skip, weight] : [x, skip, weight, bias];
  return applyAll(skipLayerNormalizeOperator, inputs, { epsilon });
}
