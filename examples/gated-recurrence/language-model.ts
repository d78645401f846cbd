/**
 * A language model of gated linear recurrences (De et al. 2024, arXiv 2402.19427, without its local attention): what it keeps of
 * a text has one size, however long the text is. The runtime keeps it from the prompt to the answer, and from token to token.
 */
import {
  add,
  block,
  embedding,
  gelu,
  type LanguageModel,
  languageModel,
  linear,
  matmul,
  multiply,
  product,
  recurrentLayer,
  rmsNorm,
  transpose,
} from 'flamingo-onnx';
import { gatedRecurrence } from './model.ts';

const residualLayer = block('ResidualLayer', {
  sizes: ['dim', 'width', 'heads', 'size'],
  requires: ['width = heads*size'],
  takes: ['batch text dim', 'batch text: int64', 'batch width', 'batch text: bool'],
  gives: ['batch text dim', 'batch width'],
  parts: ({ dim, width, heads, size }) => ({
    norm: rmsNorm(dim),
    gate: linear(dim, width),
    into: linear(dim, width),
    recurrence: gatedRecurrence({ width, heads, size }),
    out: linear(width, dim),
    mlp: {
      norm: rmsNorm(dim),
      gate: linear(dim, product(3, dim)),
      up: linear(dim, product(3, dim)),
      down: linear(product(3, dim), dim),
    },
  }),
  forward: ({ parts: { norm, gate, into, recurrence, out, mlp } }, x, positions, before, real) => {
    const normed = norm(x);
    const [h, state] = recurrence(into(normed), positions, before, real);
    const first = add(x, out(multiply(gelu(gate(normed)), h)));
    const inner = mlp.norm(first);
    return [add(first, mlp.down(multiply(gelu(mlp.gate(inner)), mlp.up(inner)))), state];
  },
});

export function recurrentLanguageModel(
  options: Record<'dim' | 'width' | 'heads' | 'layers' | 'vocabulary' | 'contextLength', number>,
) {
  const { dim, width, heads, layers, vocabulary, contextLength } = options;
  const embed = embedding(vocabulary, dim);
  const blocks = Array.from({ length: layers }, () =>
    residualLayer({ dim, width, heads, size: width / heads }),
  );
  const norm = rmsNorm(dim);
  return {
    ...{ family: 'gated-recurrences', dim, layers, heads, vocabulary, contextLength, options },
    // No layer attends.
    ...{ keyValueHeads: 1, headDim: 1, checkpointNames: [] },
    layer: (index) => {
      throw new Error(`layer ${index} is a recurrence`);
    },
    parts: { embed, blocks, norm },
    embed: (tokens) => embed(tokens),
    recurrent: new Map(
      blocks.map((each, index) => [
        index,
        recurrentLayer({
          states: { h: [width] },
          forward(x, { real, positions }, { h }) {
            const [after, next] = each(x, positions, h, real);
            return { x: after, states: { h: next } };
          },
        }),
      ]),
    ),
    logits: (x) => matmul(norm(x), transpose(embed.parts.weight, [1, 0])),
  } satisfies LanguageModel;
}

const sizes = { dim: 32, width: 48, heads: 4, layers: 2, vocabulary: 261, contextLength: 128 };
export default languageModel({ name: 'recurrent', language: recurrentLanguageModel(sizes) });
