/** A GPT as small as it gets (Radford et al. 2019), with the key/value cache of its decoding. */
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
  product,
  transpose,
} from 'flamingo-onnx';

const decoderLayer = block('DecoderLayer', {
  sizes: ['dim', 'heads', 'headDim'],
  requires: ['dim = heads*headDim'],
  takes: [
    'batch text dim',
    'batch 1 text past+text: bool',
    'batch heads past headDim',
    'batch heads past headDim',
  ],
  gives: ['batch text dim', 'batch heads text headDim', 'batch heads text headDim'],
  parts: ({ dim }) => ({
    ln_1: layerNorm(dim),
    attn: { c_attn: linear(dim, product(3, dim)), c_proj: linear(dim, dim) },
    ln_2: layerNorm(dim),
    mlp: { c_fc: linear(dim, product(4, dim)), c_proj: linear(product(4, dim), dim) },
  }),
  forward: ({ parts: { ln_1, attn, ln_2, mlp }, sizes: { heads } }, x, mask, key, value) => {
    const [q, k, v] = chunk(attn.c_attn(ln_1(x)), 3);
    const attended = attention(q, k, v, { heads, mask, past: { key, value } });
    const first = add(x, attn.c_proj(attended.result));
    return [add(first, mlp.c_proj(gelu(mlp.c_fc(ln_2(first))))), attended.newKey, attended.newValue];
  },
});

export function nanoGpt(
  options: Record<'dim' | 'heads' | 'layers' | 'vocabulary' | 'contextLength', number>,
) {
  const { dim, heads, layers, vocabulary, contextLength } = options;
  const headDim = dim / heads;
  const wte = embedding(vocabulary, dim);
  const wpe = embedding(contextLength, dim);
  const h = Array.from({ length: layers }, () => decoderLayer({ dim, heads, headDim }));
  const ln_f = layerNorm(dim);
  return {
    ...{ family: 'nano-gpt', ...options, keyValueHeads: heads, headDim, options },
    parts: { wte, wpe, h, ln_f },
    checkpointNames: [{ ours: 'language.*', theirs: 'transformer.*' }],
    embed: (tokens) => wte(tokens),
    addPositions: (embedded, positions) => add(embedded, wpe(positions)),
    layer: (index, x, { visible }, { key, value }) => layerAt(h, index)(x, visible, key, value),
    logits: (x) => matmul(ln_f(x), transpose(wte.parts.weight, [1, 0])),
  } satisfies LanguageModel;
}

const language = nanoGpt({ dim: 32, heads: 4, layers: 2, vocabulary: 261, contextLength: 64 });
export default languageModel({ name: 'nanogpt', language });
