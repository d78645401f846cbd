import { atCallSite } from './at-call-site.ts';
import type { FloatDtype } from './dtype.ts';
import { fail } from './operator.ts';
import type { Initialiser, ParameterInfo, Shape, Tensor } from './tensor.ts';
import type { CanonicalShape } from './types/dim.ts';

/** A tensor whose values are learned or loaded; named by its place in the program (`perceiver.latents`). */
export type Parameter<D extends FloatDtype = FloatDtype, S extends Shape = Shape> = Tensor<D, S> & {
  readonly source: { readonly kind: 'parameter'; readonly parameter: ParameterInfo };
};

/**
 * A learned tensor of floats. Its name comes from its place among the parts of a model (`nameParameters`), its values
 * from a weight file or, in a fresh model, from the initialiser.
 *
 * @param shape whole numbers from 1 on
 * @param initialiser default: normal with deviation 0.02
 * @param options.trainable default true; `frozen` unsets it for a whole block
 * @throws ModelError when a size is not a whole number from 1 on
 */
export function parameter<const S extends readonly number[]>(
  shape: S,
  initialiser: Initialiser = normal(0.02),
  { trainable = true }: { readonly trainable?: boolean } = {},
): Parameter<'float32', CanonicalShape<S>> {
  atCallSite(() => {
    const wrong = shape.find((size) => !Number.isInteger(size) || size < 1);
    if (wrong !== undefined)
      fail(`parameter: sizes must be whole numbers from 1 on, but [${shape.join(', ')}] has ${wrong}`);
  });
  const info: ParameterInfo = { name: undefined, dtype: 'float32', shape, initialiser, trainable };
  // In types a block's own sizes are names; in the tensor they are the numbers that the configuration gave them.
  const typed = shape as Shape as CanonicalShape<S>;
  return { dtype: 'float32', shape: typed, source: { kind: 'parameter', parameter: info } };
}

/** The tensor of a parameter that is known by what it is: another one than the block's own, but the same value. */
export function parameterTensor(parameter: ParameterInfo): Tensor {
  return { dtype: parameter.dtype, shape: parameter.shape, source: { kind: 'parameter', parameter } };
}

export function isParameter(value: unknown): value is Parameter {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    typeof value.source === 'object' &&
    value.source !== null &&
    'kind' in value.source &&
    value.source.kind === 'parameter'
  );
}

/** Starts at zero: gates, biases. */
export const zeros: Initialiser = { kind: 'constant', value: 0 };
/** Starts at one: norm scales. */
export const ones: Initialiser = { kind: 'constant', value: 1 };
/** Drawn from a normal distribution with mean 0. */
export const normal = (deviation: number): Initialiser => ({ kind: 'normal', deviation });
/** Drawn evenly from -bound to bound: PyTorch's Linear uses 1/sqrt(input width). */
export const uniform = (bound: number): Initialiser => ({ kind: 'uniform', bound });
