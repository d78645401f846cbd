import { block, linear, multiply, split, sum } from '../../dsl/index.ts';
import { type Activation, activations } from '../shared/activation.ts';

export interface GatedFeedForwardOptions {
  readonly activation: Activation;
  readonly bias: boolean;
  /** One weight `gate_up_proj` in the place of two. */
  readonly packed: boolean;
}

/** `down(activation(gate(x)) * up(x))` (Shazeer 2020, arXiv 2002.05202); parts as in transformers. */
export const gatedFeedForward = block('GatedFeedForward', {
  sizes: ['dim', 'inner'],
  takes: ['batch text dim'],
  gives: 'batch text dim',
  parts: ({ dim, inner }, { bias, packed }: GatedFeedForwardOptions) => ({
    ...(packed
      ? { gate_up_proj: linear(dim, sum(inner, inner), { bias }) }
      : { gate_proj: linear(dim, inner, { bias }), up_proj: linear(dim, inner, { bias }) }),
    down_proj: linear(inner, dim, { bias }),
  }),
  forward: ({ parts, sizes: { inner }, options: { activation } }, x) => {
    const [gate, up] =
      'gate_up_proj' in parts
        ? split(parts.gate_up_proj(x), [inner, inner])
        : [parts.gate_proj(x), parts.up_proj(x)];
    return parts.down_proj(multiply(activations[activation](gate), up));
  },
});
