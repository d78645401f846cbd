import { block, layerNorm, linear } from '../../dsl/index.ts';
import { ACTIVATIONS, type Activation, activations } from './activation.ts';

/**
 * Norm, up to `inner`, activation, down to `dim`, without biases: `down(activation(up(norm(x))))`.
 * Flamingo paper, section 2.2; OpenFlamingo's `FeedForward`, whose Linear layers are its members 1 and 3.
 */
export const feedForward = block('FeedForward', {
  sizes: ['dim', 'inner'],
  takes: ['b n dim'],
  gives: 'b n dim',
  options: { activation: ACTIVATIONS },
  parts: ({ dim, inner }, _options: { readonly activation: Activation }) => ({
    norm: layerNorm(dim),
    up: linear(dim, inner, { bias: false }),
    down: linear(inner, dim, { bias: false }),
  }),
  forward: ({ parts, options }, x) => parts.down(activations[options.activation](parts.up(parts.norm(x)))),
});
