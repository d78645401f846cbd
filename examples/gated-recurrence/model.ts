/**
 * The gated linear recurrence of Griffin and RecurrentGemma (De et al. 2024, arXiv 2402.19427): its state comes out of a call
 * and goes into the next, so that reading a prompt and writing the answer token by token are the same graph.
 */
import {
  add,
  block,
  cast,
  einsum,
  equal,
  exp,
  graph,
  log,
  multiply,
  not,
  parameter,
  rearrange,
  scan,
  sigmoid,
  sqrt,
  subtract,
  type Tensor,
  uniform,
  where,
  zeros,
} from 'flamingo-onnx/dsl';

/** A linear map of every head by itself, squashed to 0 to 1. */
const headGate = block('HeadGate', {
  sizes: ['heads', 'size'],
  takes: ['batch text heads size'],
  gives: 'batch text heads size',
  parts: ({ heads, size }) => ({
    weight: parameter([heads, size, size], uniform(1 / Math.sqrt(size))),
    bias: parameter([heads, size], zeros),
  }),
  forward: ({ parts: { weight, bias } }, x) =>
    sigmoid(add(einsum('b t heads i, heads i o -> b t heads o', x, weight), bias)),
});

/**
 * `h = a h + sqrt(1 - a^2) (i x)`, where a and i are functions of x; a position of 0 starts anew. Where tokens are said not to
 * be real, as padding is not, h stays as it is.
 */
export const gatedRecurrence = block('GatedRecurrence', {
  sizes: ['width', 'heads', 'size'],
  requires: ['width = heads*size'],
  takes: ['batch text width', 'batch text: int64', 'batch width', 'batch text: bool?'],
  gives: ['batch text width', 'batch width'],
  parts: ({ width, heads, size }) => ({
    recurrent_param: parameter([width], { kind: 'uniform', bound: 1 }),
    input_gate: headGate({ heads, size }),
    recurrent_gate: headGate({ heads, size }),
  }),
  forward: ({ parts, sizes: { heads } }, x, positions, before, real) => {
    const inHeads = rearrange(x, 'batch text (heads size) -> batch text heads size', { heads });
    const whole = (gate: Tensor) => rearrange(gate, 'batch text heads size -> batch text (heads size)');
    const decay = log(add(exp(parts.recurrent_param), 1));
    const logKept = multiply(multiply(whole(parts.recurrent_gate(inHeads)), decay), -8);
    const starts = rearrange(equal(positions, 0), 'batch text -> batch text 1');
    const kept = multiply(exp(logKept), cast(not(starts), 'float32'));
    const share = where(starts, 1, sqrt(subtract(1, exp(multiply(logKept, 2)))));
    const added = multiply(multiply(x, whole(parts.input_gate(inHeads))), share);
    const counts = real && rearrange(real, 'batch text -> batch text 1');
    const { state, outputs } = scan({
      state: { h: before },
      over: counts ? { kept: where(counts, kept, 1), added: where(counts, added, 0) } : { kept, added },
      axis: 1,
      step({ h }, { kept, added }) {
        const next = add(multiply(kept, h), added);
        return { state: { h: next }, outputs: { h: next } };
      },
    });
    return [outputs.h, state.h];
  },
});

const recurrence = gatedRecurrence({ width: 12, heads: 3, size: 4 });

export default graph({
  name: 'gated-recurrence',
  inputs: {
    x: { dtype: 'float32', shape: ['batch', 'text', 12] },
    positions: { dtype: 'int64', shape: ['batch', 'text'] },
    state: { dtype: 'float32', shape: ['batch', 12] },
  },
  parts: recurrence.parts,
  outputs({ x, positions, state }) {
    const [y, next_state] = recurrence(x, positions, state);
    return { y, next_state };
  },
  checkpointNames: [
    { ours: '*_gate.weight', theirs: '*_gate_weight' },
    { ours: '*_gate.bias', theirs: '*_gate_bias' },
  ],
});
