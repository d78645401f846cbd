/** The Q-Former of BLIP-2 (Li et al. 2023, arXiv 2301.12597): learned queries that read a picture's features. */
import {
  add,
  attention,
  block,
  type Connector,
  clipVit,
  flamingo,
  gelu,
  graph,
  layerNorm,
  linear,
  normal,
  opt,
  parameter,
  product,
  rearrange,
  repeat,
  spliced,
} from 'flamingo-onnx';

/** Attention to `context`, then what BERT does after each of its parts: a residual, and a norm over the sum. */
const attend = block('Attend', {
  sizes: ['dim', 'heads', 'context'],
  requires: ['heads divides dim'],
  takes: ['images queries dim', 'images keys context'],
  gives: 'images queries dim',
  parts: ({ dim, context }) => ({
    attention: { query: linear(dim, dim), key: linear(context, dim), value: linear(context, dim) },
    output: { dense: linear(dim, dim), LayerNorm: layerNorm(dim, { epsilon: 1e-12 }) },
  }),
  forward: ({ parts: { attention: project, output }, sizes: { heads } }, x, context) => {
    const { result } = attention(project.query(x), project.key(context), project.value(context), { heads });
    return output.LayerNorm(add(output.dense(result), x));
  },
});

const qFormerLayer = block('QFormerLayer', {
  sizes: ['dim', 'heads', 'vision'],
  takes: ['images queries dim', 'images features vision'],
  gives: 'images queries dim',
  parts: ({ dim, heads, vision }, { looks }: { readonly looks: boolean }) => ({
    attention: attend({ dim, heads, context: dim }),
    ...(looks ? { crossattention: attend({ dim, heads, context: vision }) } : {}),
    intermediate_query: { dense: linear(dim, product(4, dim)) },
    output_query: { dense: linear(product(4, dim), dim), LayerNorm: layerNorm(dim, { epsilon: 1e-12 }) },
  }),
  forward: ({ parts }, x, features) => {
    const own = parts.attention(x, x);
    const seen = parts.crossattention?.(own, features) ?? own;
    const { dense, LayerNorm } = parts.output_query;
    return LayerNorm(add(dense(gelu(parts.intermediate_query.dense(seen))), seen));
  },
});

/** Features of a picture to as many tokens as there are queries; every second layer looks at the features. */
export const qFormer = block('QFormer', {
  sizes: ['dim', 'heads', 'vision', 'queries'],
  takes: ['images features vision'],
  gives: 'images queries dim',
  parts: ({ dim, heads, vision, queries }, { layers }: { readonly layers: number }) => ({
    query_tokens: parameter([1, queries, dim], normal(0.02)),
    qformer: {
      layernorm: layerNorm(dim, { epsilon: 1e-12 }),
      encoder: {
        layer: Array.from({ length: layers }, (_, i) =>
          qFormerLayer({ dim, heads, vision, looks: i % 2 === 0 }),
        ),
      },
    },
  }),
  forward: ({ parts: { query_tokens, qformer } }, features) => {
    const [images] = features.shape;
    const queries = repeat(qformer.layernorm(query_tokens), '1 queries dim -> images queries dim', {
      images,
    });
    return qformer.encoder.layer.reduce((x, layer) => layer(x, features), queries);
  },
});

/** BLIP-2's bridge to a language model: the Q-Former, then a linear layer. */
export function blip2(options: Record<'dim' | 'heads' | 'queries' | 'layers', number>): Connector {
  return {
    options,
    make({ vision, language }) {
      const former = qFormer({ ...options, vision });
      const language_projection = linear(options.dim, language);
      return {
        part: { former, language_projection },
        features: options.queries,
        connect: (features) =>
          language_projection(
            former(rearrange(features, 'images frames tokens dim -> images (frames tokens) dim')),
          ),
      };
    },
  };
}

const former = qFormer({ dim: 24, heads: 3, vision: 32, queries: 4, layers: 2 });

/** The Q-Former alone. */
export const resampler = graph({
  name: 'q-former',
  inputs: { features: { dtype: 'float32', shape: ['images', 'features', 32] } },
  parts: former.parts,
  outputs: ({ features }) => ({ queries: former(features) }),
});

const vision = clipVit({ image: 28, patch: 14, dim: 32, layers: 2, heads: 4 });
const language = opt({ dim: 32, layers: 2, heads: 4, vocabulary: 261, contextLength: 128 });

/** As BLIP-2 has it: the queries are tokens of the language model. */
export const withTokens = spliced({
  name: 'blip-2',
  vision,
  connector: blip2({ dim: 24, heads: 3, queries: 4, layers: 2 }),
  language,
});

/** As the resampler of a Flamingo: its blocks look at the queries. */
export default flamingo({
  name: 'q-former-flamingo',
  vision,
  resampler: former,
  language,
  crossAttention: { every: 1, heads: 2, headDim: 16 },
});
