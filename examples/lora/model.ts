/**
 * LoRA (Hu et al. 2021, arXiv 2106.09685) on a frozen GPT: what is learned is the product of two small matrices, which a
 * compiled model adds to the weight when it is loaded.
 */
import {
  add,
  attention,
  block,
  chunk,
  embedding,
  gelu,
  type LanguageModel,
  languageModel,
  layerAt,
  layerNorm,
  linear,
  matmul,
  matmulTransposed,
  multiply,
  parameter,
  transpose,
  unfrozen,
  unmarked,
  zeros,
} from 'flamingo-onnx';

interface LowRankOptions {
  /** Of what is learned: LoRA's alpha / rank. */
  readonly scale: number;
  /** Adds what is learned to the weight: the work of a token is that of the model without it. */
  readonly merged: boolean;
}

const lowRank = block('LowRank', {
  sizes: ['input', 'output', 'rank'],
  takes: ['batch text input'],
  gives: 'batch text output',
  parts: ({ input, output, rank }, _options: LowRankOptions) => ({
    ...linear(input, output).parts,
    // LoRA's A and B.
    down: unfrozen(parameter([rank, input])),
    up: unfrozen(parameter([output, rank], zeros)),
  }),
  forward: ({ parts, options: { scale, merged } }, x) => {
    const [down, up] = [unmarked(parts.down), unmarked(parts.up)];
    if (merged) {
      const weight = add(parts.weight, multiply(matmul(up, down), scale));
      return add(matmulTransposed(x, weight), parts.bias ?? 0);
    }
    const own = add(matmulTransposed(x, parts.weight), parts.bias ?? 0);
    return add(own, multiply(matmulTransposed(matmulTransposed(x, down), up), scale));
  },
});

const adaptedLayer = block('AdaptedLayer', {
  sizes: ['dim', 'heads', 'headDim', 'rank'],
  requires: ['dim = heads*headDim'],
  takes: [
    'batch text dim',
    'batch 1 text past+text: bool',
    'batch heads past headDim',
    'batch heads past headDim',
  ],
  gives: ['batch text dim', 'batch heads text headDim', 'batch heads text headDim'],
  parts: ({ dim, rank }, options: LowRankOptions) => ({
    ln_1: layerNorm(dim),
    attn: {
      c_attn: lowRank({ input: dim, output: 3 * dim, rank, ...options }),
      c_proj: lowRank({ input: dim, output: dim, rank, ...options }),
    },
    ln_2: layerNorm(dim),
    mlp: { c_fc: linear(dim, 4 * dim), c_proj: linear(4 * dim, dim) },
  }),
  forward: ({ parts: { ln_1, attn, ln_2, mlp }, sizes: { heads } }, x, mask, key, value) => {
    const [q, k, v] = chunk(attn.c_attn(ln_1(x)), 3);
    const attended = attention(q, k, v, { heads, mask, past: { key, value } });
    const first = add(x, attn.c_proj(attended.result));
    return [add(first, mlp.c_proj(gelu(mlp.c_fc(ln_2(first))))), attended.newKey, attended.newValue];
  },
});

export function adaptedGpt(merged: boolean) {
  const sizes = { dim: 32, heads: 4, layers: 2, vocabulary: 261, contextLength: 64 };
  const { dim, heads, layers, vocabulary, contextLength } = sizes;
  const wte = embedding(vocabulary, dim);
  const wpe = embedding(contextLength, dim);
  const options = { dim, heads, headDim: dim / heads, rank: 4, scale: 2, merged };
  const h = Array.from({ length: layers }, () => adaptedLayer(options));
  const ln_f = layerNorm(dim);
  return {
    ...{ family: 'adapted-gpt', ...sizes, keyValueHeads: heads, headDim: dim / heads, options },
    parts: { wte, wpe, h, ln_f },
    checkpointNames: [],
    embed: (tokens) => wte(tokens),
    addPositions: (embedded, positions) => add(embedded, wpe(positions)),
    layer: (index, x, { visible }, { key, value }) => layerAt(h, index)(x, visible, key, value),
    logits: (x) => matmul(ln_f(x), transpose(wte.parts.weight, [1, 0])),
  } satisfies LanguageModel;
}

/** With the two matrices beside the weight, as it is trained. */
export const beside = languageModel({ name: 'lora-beside', language: adaptedGpt(false) });

export default languageModel({ name: 'lora', language: adaptedGpt(true) });
