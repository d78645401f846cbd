import { block, linear } from '../../dsl/index.ts';
import { type Activation, activations } from '../shared/activation.ts';

export interface PlainFeedForwardOptions {
  readonly activation: Activation;
  readonly bias: boolean;
}

/** `down(activation(up(x)))`: the perceptron of decoders without a gate (GPT-J, Phi, StarCoder 2). */
export const plainFeedForward = block('PlainFeedForward', {
  sizes: ['dim', 'inner'],
  takes: ['batch text dim'],
  gives: 'batch text dim',
  parts: ({ dim, inner }, { bias }: PlainFeedForwardOptions) => ({
    up_proj: linear(dim, inner, { bias }),
    down_proj: linear(inner, dim, { bias }),
  }),
  forward: ({ parts, options: { activation } }, x) =>
    parts.down_proj(activations[activation](parts.up_proj(x))),
});
