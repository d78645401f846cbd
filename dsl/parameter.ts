import type { FloatDtype } from './dtype.ts';
import type { Initialiser, ParameterInfo, Shape, Tensor } from './tensor.ts';

/** A tensor whose values are learned or loaded; named by its place in the program (`perceiver.latents`). */
export type Parameter<D extends FloatDtype = FloatDtype, S extends Shape = Shape> = Tensor<D, S> & {
  readonly source: { readonly kind: 'parameter'; readonly parameter: ParameterInfo };
};

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
