import {
  add,
  block,
  embedding,
  type LanguageModel,
  layerNorm,
  linear,
  matmul,
  multiply,
  opt,
  type RecurrentLayer,
  rearrange,
  recurrentLayer,
  scan,
  sigmoid,
  subtract,
  tanh,
  transpose,
  where,
} from '../../models/index.ts';

/** `h = k h + (1 - k) tanh(add(x))`, where k is a function of x; padding leaves h as it is. */
const leaky = block('Leaky', {
  sizes: ['dim'],
  takes: ['batch text dim', 'batch text: bool', 'batch dim'],
  gives: ['batch text dim', 'batch dim'],
  parts: ({ dim }) => ({ norm: layerNorm(dim), keep: linear(dim, dim), change: linear(dim, dim) }),
  forward: ({ parts: { norm, keep, change } }, x, real, before) => {
    const normed = norm(x);
    const kept = sigmoid(keep(normed));
    const counts = rearrange(real, 'batch text -> batch text 1');
    const { state, outputs } = scan({
      state: { h: before },
      over: {
        kept: where(counts, kept, 1),
        added: where(counts, multiply(subtract(1, kept), tanh(change(normed))), 0),
      },
      axis: 1,
      step({ h }, { kept, added }) {
        const next = add(multiply(kept, h), added);
        return { state: { h: next }, outputs: { h: next } };
      },
    });
    return [add(x, outputs.h), state.h];
  },
});

/** A layer of it, with its parts. */
export function leakyLayer(dim: number): RecurrentLayer & { readonly parts: object } {
  const made = leaky({ dim });
  const layer = recurrentLayer({
    states: { h: [dim] },
    forward(x, { real }, { h }) {
      const [after, next] = made(x, real, h);
      return { x: after, states: { h: next } };
    },
  });
  return { ...layer, parts: made };
}

interface Sizes {
  readonly dim: number;
  readonly layers: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly contextLength: number;
}

/** An OPT between whose layers recurrences stand. */
export function hybrid(sizes: Sizes, places: readonly number[]): LanguageModel {
  const base = opt({ ...sizes, layers: sizes.layers - places.length, activation: 'gelu' });
  const recurrent = new Map(places.map((layer) => [layer, leakyLayer(sizes.dim)]));
  const recurrences = Object.fromEntries([...recurrent].map(([layer, { parts }]) => [layer, parts]));
  return {
    ...base,
    ...{ family: 'hybrid', layers: sizes.layers, recurrent },
    parts: { base: base.parts, recurrences },
    layer: (index, ...rest) => base.layer(index - places.filter((each) => each < index).length, ...rest),
  };
}

/** Recurrences alone, without keys and values. */
export function recurrences({ dim, layers, vocabulary, contextLength }: Sizes): LanguageModel {
  const embed = embedding(vocabulary, dim);
  const made = Array.from({ length: layers }, () => leakyLayer(dim));
  return {
    ...{ family: 'recurrences', dim, vocabulary, contextLength, layers, heads: 1, keyValueHeads: 1 },
    ...{ headDim: dim, options: {}, checkpointNames: [] },
    parts: { embed, layers: made.map(({ parts }) => parts) },
    recurrent: new Map(made.entries()),
    embed,
    layer: (index) => {
      throw new Error(`layer ${index} does not attend`);
    },
    logits: (x) => matmul(x, transpose(embed.parts.weight, [1, 0])),
  };
}
