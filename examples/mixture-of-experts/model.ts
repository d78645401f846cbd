/** Mixtral's mixture of experts (Jiang et al. 2024, arXiv 2401.04088): each token goes through the best few of them. */
import {
  block,
  chunk,
  divide,
  einsum,
  graph,
  linear,
  multiply,
  oneHot,
  parameter,
  reduceSum,
  silu,
  softmax,
  topK,
  uniform,
} from 'flamingo-onnx/dsl';

export const mixtureOfExperts = block('MixtureOfExperts', {
  sizes: ['dim', 'inner', 'experts', 'chosen'],
  takes: ['batch text dim'],
  gives: 'batch text dim',
  parts: ({ dim, inner, experts }) => ({
    gate: linear(dim, experts, { bias: false }),
    experts: {
      gate_up_proj: parameter([experts, 2 * inner, dim], uniform(1 / Math.sqrt(dim))),
      down_proj: parameter([experts, dim, inner], uniform(1 / Math.sqrt(inner))),
    },
  }),
  forward: ({ parts: { gate, experts }, sizes }, x) => {
    const [best, indices] = topK(softmax(gate(x)), sizes.chosen);
    const shares = divide(best, reduceSum(best, [-1], true));
    // Every expert computes; those that were not chosen have a share of 0.
    const weights = einsum('b t k, b t k experts -> b t experts', shares, oneHot(indices, sizes.experts));
    const both = einsum('b t dim, experts inner dim -> b t experts inner', x, experts.gate_up_proj);
    const [gates, up] = chunk(both, 2);
    return einsum(
      'b t experts, b t experts inner, experts dim inner -> b t dim',
      weights,
      multiply(silu(gates), up),
      experts.down_proj,
    );
  },
});

const experts = mixtureOfExperts({ dim: 16, inner: 24, experts: 6, chosen: 2 });

export default graph({
  name: 'mixture-of-experts',
  inputs: { x: { dtype: 'float32', shape: ['batch', 'text', 16] } },
  parts: experts.parts,
  outputs: ({ x }) => ({ y: experts(x) }),
});
