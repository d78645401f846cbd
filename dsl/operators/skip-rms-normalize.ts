import { applyAll, defineOperator } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import type { Checked } from '../types/problem.ts';
import type { FloatShape, LastAxis } from '../types/shape/last-axis.ts';
import type { Skip, SkipTensors } from '../types/shape/skip.ts';
import { add } from './add.ts';
import { rmsNormalize } from './rms-normalize.ts';
import { required } from './shared/inputs.ts';
import { named } from './shared/names.ts';
import { fitsSkipKernel, inferSkipNormalize } from './shared/skip.ts';

export const skipRmsNormalizeOperator = defineOperator<{ epsilon: number }>({
  name: 'skipRmsNormalize',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  fused: true,
  infer: (inputs) => inferSkipNormalize('skipRmsNormalize', inputs),
  lower(emit, inputs, { attributes, inputs: [x] }) {
    const epsilon = { float: attributes.epsilon };
    if (!fitsSkipKernel(x?.shape)) {
      const sum = emit.node('Add', inputs.slice(0, 2));
      return [emit.node('RMSNormalization', [sum, inputs[2]], { axis: -1, epsilon }), sum];
    }
    const results = emit.nodes('SkipSimplifiedLayerNormalization', inputs, 4, { epsilon }, 'com.microsoft');
    return [named(results, 0), named(results, 3)];
  },
  gradient: 'through decomposition',
  decompose(inputs, { epsilon }) {
    const sum = add(
      required('skipRmsNormalize', inputs, 0, 'x'),
      required('skipRmsNormalize', inputs, 1, 'skip'),
    );
    return [rmsNormalize(sum, required('skipRmsNormalize', inputs, 2, 'weight'), epsilon), sum];
  },
});

/**
 * The sum of a residual connection and its RMS normalisation in one pass: `[rmsNormalize(x + skip), x + skip]`.
 * ONNX Runtime's SkipSimplifiedLayerNormalization.
 *
 * @param x, skip `[..., dim]`, of one shape
 * @param weight `[dim]`
 * @param epsilon default 1e-6
 */
export function skipRmsNormalize<X extends Tensor, Y extends Tensor, W extends Tensor>(
  x: Checked<FloatShape<'skipRmsNormalize', X>, X>,
  skip: Checked<Skip<'skipRmsNormalize', X, Y>, Y>,
  weight: Checked<LastAxis<'skipRmsNormalize', X, 'weight', W>, W>,
  epsilon?: number,
): SkipTensors<'skipRmsNormalize', X, Y, W, undefined>;
export function skipRmsNormalize(x: Tensor, skip: Tensor, weight: Tensor, epsilon = 1e-6): readonly Tensor[] {
  return applyAll(skipRmsNormalizeOperator, [x, skip, weight], { epsilon });
}
