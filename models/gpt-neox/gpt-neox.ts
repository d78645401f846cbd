import {
  add,
  attention,
  block,
  type CheckedOptions,
  type CheckpointName,
  checkOptions,
  chunk,
  type Draft,
  embedding,
  type KnownOptions,
  layerNorm,
  linear,
  product,
  rearrange,
  rotary,
  type Tensor,
} from '../../dsl/index.ts';
import { ACTIVATIONS, type Activation, activations } from '../shared/activation.ts';
import { decoder, tiedLogits } from '../shared/decoder.ts';
import { DECODER_SIZES } from '../shared/decoder-sizes.ts';
import type { LanguageModel, LayersOf } from '../shared/language-model.ts';
import type { WidthOf } from '../shared/vision-encoder.ts';

interface GptNeoxLayerOptions {
  readonly activation: Activation;
  readonly epsilon: number;
  readonly parallelResidual: boolean;
  readonly attentionBias: boolean;
  /** Features of each head that turn. */
  readonly rotaryDim: number;
  readonly rotaryBase: number;
  readonly rotaryTables: 'float16' | undefined;
}

/**
 * Self-attention on partly rotated heads and a two-layer perceptron, each after a norm of its own. In parallel both
 * read the layer's input; otherwise the perceptron reads what the attention has added.
 */
const gptNeoxLayer = block('GptNeoxLayer', {
  sizes: ['dim', 'heads', 'headDim', 'inner'],
  takes: [
    'batch text dim',
    'batch 1 text past+text: bool',
    'batch text: int64',
    'batch heads past headDim',
    'batch heads past headDim',
  ],
  gives: ['batch text dim', 'batch heads text headDim', 'batch heads text headDim'],
  parts: ({ dim, inner }, { epsilon, attentionBias: bias }: GptNeoxLayerOptions) => ({
    input_layernorm: layerNorm(dim, { epsilon }),
    attention: {
      query_key_value: linear(dim, product(3, dim), { bias }),
      dense: linear(dim, dim, { bias }),
    },
    post_attention_layernorm: layerNorm(dim, { epsilon }),
    mlp: { dense_h_to_4h: linear(dim, inner), dense_4h_to_h: linear(inner, dim) },
  }),
  forward: ({ parts, sizes, options }, x, visible, positions, pastKey, pastValue) => {
    const { heads } = sizes;
    const flat = (part: Tensor) => rearrange(part, 'batch text heads headDim -> batch text (heads headDim)');
    const turn = (part: Tensor) =>
      rotary(flat(part), positions, {
        heads,
        dim: options.rotaryDim,
        base: options.rotaryBase,
        ...(options.rotaryTables && { tables: options.rotaryTables }),
      });
    // Each head's query, key and value lie together.
    const byHead = rearrange(
      parts.attention.query_key_value(parts.input_layernorm(x)),
      'batch text (heads features) -> batch text heads features',
      { heads },
    );
    const [query, key, value] = chunk(byHead, 3);
    const attended = attention(turn(query), turn(key), flat(value), {
      heads,
      mask: visible,
      past: { key: pastKey, value: pastValue },
    });
    const added = parts.attention.dense(attended.result);
    const first = add(x, added);
    const normed = parts.post_attention_layernorm(options.parallelResidual ? x : first);
    const second = parts.mlp.dense_4h_to_h(activations[options.activation](parts.mlp.dense_h_to_4h(normed)));
    return [add(first, second), attended.newKey, attended.newValue];
  },
});

export interface GptNeoxOptions {
  readonly dim: number;
  readonly layers: number;
  /** Divides `dim`. */
  readonly heads: number;
  /** Width of the feed-forward; default 4 dim. */
  readonly inner?: number;
  readonly vocabulary: number;
  readonly contextLength: number;
  /** The part of each head's features that turn; default 0.25, Pythia's. */
  readonly rotaryShare?: number;
  /** Default 10000. */
  readonly rotaryBase?: number;
  /**
   * What the tables of cosines and sines are rounded to, as in models that were cast to float16 as a whole. Default: not.
   */
  readonly rotaryTables?: 'float16';
  /** Attention and perceptron both read the layer's input; default true. RedPajama-INCITE's follow each other. */
  readonly parallelResidual?: boolean;
  /** Biases of the attention's projections; default true. */
  readonly attentionBias?: boolean;
  /** Default `gelu`. */
  readonly activation?: Activation;
  /** Of the layer norms; default 1e-5. */
  readonly epsilon?: number;
  /** The token embeddings are the head; default false. */
  readonly tiedHead?: boolean;
}

const KNOWN: KnownOptions<GptNeoxOptions> = {
  ...DECODER_SIZES,
  rotaryShare: 'a number',
  rotaryBase: 'a number',
  rotaryTables: ['float16'],
  parallelResidual: 'true or false',
  attentionBias: 'true or false',
  activation: ACTIVATIONS,
  epsilon: 'a number',
  tiedHead: 'true or false',
};

/** Published sizes, their vocabulary without the tokens that a Flamingo adds. */
export const gptNeoxSizes = {
  'pythia-1.4b': { dim: 2048, layers: 24, heads: 16, vocabulary: 50_304, contextLength: 2048 },
  /** `togethercomputer/RedPajama-INCITE-Base-3B-v1` and its `-Instruct-`. */
  'redpajama-3b': {
    dim: 2560,
    layers: 32,
    heads: 32,
    vocabulary: 50_432,
    contextLength: 2048,
    rotaryShare: 1,
    parallelResidual: false,
  },
} as const satisfies Readonly<Record<string, GptNeoxOptions>>;

/**
 * GPT-NeoX's decoder, of which Pythia and RedPajama-INCITE are made: rotary positions on a part of each head, pre-norm
 * layers, biases, and a head of its own unless told otherwise. Black et al. 2022, arXiv 2204.06745; Hugging Face `GPTNeoXForCausalLM`.
 */
export function gptNeox<const O extends Draft<GptNeoxOptions>>(
  options: CheckedOptions<'gptNeox', GptNeoxOptions, ['heads divides dim'], O>,
): LanguageModel<LayersOf<O>, WidthOf<O>>;
export function gptNeox<O extends GptNeoxOptions>(given: O): LanguageModel {
  const options: GptNeoxOptions = given;
  checkOptions(gptNeox, options, ['heads divides dim'], KNOWN);
  const { dim, layers, heads, vocabulary, inner = 4 * dim } = options;
  const { rotaryShare = 0.25, rotaryBase = 10_000, parallelResidual = true } = options;
  const { activation = 'gelu', epsilon = 1e-5, attentionBias = true, tiedHead = false } = options;
  const headDim = dim / heads;
  const layer = {
    activation,
    epsilon,
    parallelResidual,
    attentionBias,
    rotaryDim: Math.trunc(headDim * rotaryShare),
    rotaryBase,
    rotaryTables: options.rotaryTables,
  };
  const parts = {
    embed_in: embedding(vocabulary, dim),
    layers: Array.from({ length: layers }, () => gptNeoxLayer({ dim, heads, headDim, inner, ...layer })),
    final_layer_norm: layerNorm(dim, { epsilon }),
    ...(!tiedHead && { embed_out: linear(dim, vocabulary, { bias: false }) }),
  };
  return decoder({
    family: 'gpt-neox',
    options,
    parts,
    blocks: parts.layers,
    checkpointNames: [...headNames(tiedHead ? 'embed_in' : 'embed_out'), ...gptNeoxNames],
    embed: (tokens) => parts.embed_in(tokens),
    layer: (block, x, { visible, positions }, past) => block(x, visible, positions, past.key, past.value),
    logits(x) {
      const read = parts.final_layer_norm(x);
      return parts.embed_out?.(read) ?? tiedLogits(read, parts.embed_in);
    },
  });
}

/** `GPTNeoXForCausalLM` and the bare `GPTNeoXModel`. */
const gptNeoxNames: readonly CheckpointName[] = [
  { ours: 'language.*', theirs: '*' },
  { ours: 'language.*', theirs: 'gpt_neox.*' },
];

/** Recent releases call the head `lm_head`; one that is the embeddings may be stored as a copy of them. */
function headNames(head: 'embed_in' | 'embed_out'): readonly CheckpointName[] {
  return ['embed_out', 'lm_head'].map((theirs) => ({
    ours: `language.${head}.weight`,
    theirs: `${theirs}.weight`,
  }));
}
