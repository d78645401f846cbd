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
 * A learned tensor of floats: a value that never changes. Its name, whether it is trained (`frozen`) and how it is kept
 * (`inPrecision`) are each program's or recipe's own, by its place among the parts; its values come from a weight file
 * or, in a fresh model, from the initialiser.
 *
 * @param shape whole numbers from 1 on
 * @param initialiser default: normal with std 0.02
 * @throws ModelError when a size is not a whole number from 1 on
 */
export function parameter<const S extends readonly number[]>(
  shape: S,
  initialiser: Initialiser = normal(0.02),
): Parameter<'float32', CanonicalShape<S>> {
  atCallSite(() => {
    const wrong = shape.find((size) => !Number.isInteger(size) || size < 1);
    if (wrong !== undefined)
      fail(`parameter: sizes must be whole numbers from 1 on, but [${shape.join(', ')}] has ${wrong}`);
  });
  // In types a block's own sizes are names; in the tensor they are the numbers that the configuration gave them.
  const typed = Object.freeze([...shape]) as Shape as CanonicalShape<S>;
  const info = Object.freeze({
    dtype: 'float32',
    shape: Object.freeze([...shape]),
    initialiser: Object.freeze({ ...initialiser }),
  });
  return Object.freeze({
    dtype: 'float32',
    shape: typed,
    source: Object.freeze({ kind: 'parameter', parameter: info }),
  });
}

/** The tensor of a parameter that is known by what it is: another one than the block's own, but the same value. */
export function parameterTensor(parameter: ParameterInfo): Tensor {
  const source = Object.freeze({ kind: 'parameter', parameter });
  return Object.freeze({ dtype: parameter.dtype, shape: parameter.shape, source });
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
export const normal = (std: number): Initialiser => ({ kind: 'normal', std });
/** Drawn evenly from -bound to bound: PyTorch's Linear uses 1/sqrt(input width). */
export const uniform = (bound: number): Initialiser => ({ kind: 'uniform', bound });
