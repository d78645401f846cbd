import { gelu, geluTanh, quickGelu, relu, silu, squaredRelu } from '../../dsl/index.ts';

/** Names of the functions between the two layers of a perceptron, as options take them. */
export const ACTIVATIONS = ['gelu', 'gelu-tanh', 'quick-gelu', 'relu', 'silu', 'squared-relu'] as const;

export type Activation = (typeof ACTIVATIONS)[number];

/** The activations that the families use: Squared ReLU in the paper's new layers, GELU in OpenFlamingo's and OPT's relatives. */
export const activations = {
  gelu,
  'gelu-tanh': geluTanh,
  'quick-gelu': quickGelu,
  relu,
  silu,
  'squared-relu': squaredRelu,
} as const satisfies Record<Activation, unknown>;
